package io.github.kvevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Listeners have read the log to its end when the clock has moved, and retry by it.
 */
@KvEventsTest(ListenersByTheClockTests.Listeners.class)
class ListenersByTheClockTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvTestClock clock;

	@Autowired
	private RecordedKvEvents events;

	@Autowired
	private Listeners listeners;

	@Autowired
	private KvListenerRegistry registry;

	@Autowired
	private KvChangeLog log;

	@BeforeEach
	void reset() {
		this.listeners.attempts.clear();
	}

	@Test
	void listenerHasReceivedEachChangeWhenTheClockHasSettled() {
		for (int number = 0; number < 300; number++) {
			this.template.set("note:" + number, "v", Duration.ofSeconds(1));
		}
		this.clock.settle();
		assertThat(this.listeners.attempts).hasSize(300);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.listeners.attempts).hasSize(600);
		assertThat(subscription("notes").getStatus().lag()).isZero();
	}

	@Test
	void failingListenerIsRetriedByTheClock() {
		this.template.set("flaky:2", "v");
		this.clock.settle();
		assertThat(this.listeners.attempts).containsExactly("flaky:2");
		this.clock.advance(Duration.ofMillis(199));
		assertThat(this.listeners.attempts).hasSize(1);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.listeners.attempts).hasSize(2);
		this.clock.advance(Duration.ofMillis(399));
		assertThat(this.listeners.attempts).hasSize(2);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.listeners.attempts).hasSize(3);
		this.clock.advance(Duration.ofDays(1));
		assertThat(this.listeners.attempts).hasSize(3);
		assertThat(subscription("flaky").getStats().processed()).isEqualTo(1);
	}

	@Test
	void whatAListenerWritesAfterARetryExpiresOnTheWay() {
		this.template.set("flaky:1", "v");
		this.clock.advance(Duration.ofMinutes(2));
		assertThat(this.events).expired("done:flaky:1")
			.hasOccurredAt(this.events.withKey("done:flaky:1").all().get(0).getOccurredAt().plusSeconds(60))
			.once();
	}

	@Test
	void exhaustedEventIsADeadLetterAndOthersAreReceived() {
		this.template.set("flaky:9", "v");
		this.template.set("flaky:0", "v");
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.listeners.attempts).containsOnly("flaky:9", "flaky:0").hasSize(5);
		assertThat(subscription("flaky").getDeadLetters().list(10)).singleElement()
			.satisfies((letter) -> assertThat(letter.event().getKey()).isEqualTo("flaky:9"));
	}

	@Test
	void pausedListenerDoesNotHoldUpTheClock() {
		subscription("notes").pause();
		this.template.set("note:1", "v");
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.listeners.attempts).isEmpty();
		subscription("notes").resume();
		this.clock.settle();
		assertThat(this.listeners.attempts).containsExactly("note:1");
	}

	@Test
	void ordersTakeAPositionOfTheTimeThatTheClockShows() {
		this.template.set("note:1", "v");
		this.clock.advance(Duration.ofDays(40));
		KvPosition now = new KvPosition(0, this.clock.millis(), 0);
		subscription("notes").checkpoint(now);
		subscription("notes").seek(StartPosition.at(now));
		assertThat(this.log.read(ReadRequest.from(StartPosition.after(now))).events()).isEmpty();
		KvPosition impossible = new KvPosition(0, now.millis() + Duration.ofDays(2).toMillis(), 0);
		assertThatIllegalArgumentException().isThrownBy(() -> subscription("notes").seek(StartPosition.at(impossible)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.log.read(ReadRequest.from(StartPosition.after(impossible))));
	}

	private KvSubscription subscription(String id) {
		return this.registry.find(id).orElseThrow();
	}

	static class Listeners {

		private final List<String> attempts = Collections.synchronizedList(new ArrayList<>());

		private final KvTemplate template;

		Listeners(KvTemplate template) {
			this.template = template;
		}

		@KvListener(id = "notes", prefix = "note:")
		void note(String key) {
			this.attempts.add(key);
		}

		/** Fails as often as the key says. */
		@KvListener(id = "flaky", prefix = "flaky:", initialBackoff = "200ms", maxBackoff = "1m", maxAttempts = 4,
				onExhausted = OnExhausted.DEAD_LETTER)
		void flaky(String key) {
			this.attempts.add(key);
			long attempt = this.attempts.stream().filter(key::equals).count();
			if (attempt <= Integer.parseInt(key.substring("flaky:".length()))) {
				throw new IllegalStateException("not yet");
			}
			this.template.set("done:" + key, "v", Duration.ofMinutes(1));
		}

	}

}
