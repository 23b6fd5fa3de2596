package io.github.kvevents.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The clock moves through all that is due, and everything has run when it returns.
 */
@KvEventsTest(KvTestClockTests.Hooks.class)
class KvTestClockTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvTestClock clock;

	@Autowired
	private RecordedKvEvents events;

	@Autowired
	private Hooks hooks;

	private Instant start = Instant.EPOCH;

	@BeforeEach
	void rememberTheStart() {
		this.hooks.seen.clear();
		this.start = this.clock.instant();
	}

	@Test
	void standsStillUntilItIsMoved() {
		assertThat(this.start).isBetween(Instant.now().minus(MINUTE), Instant.now());
		this.template.set("still:1", "v", Duration.ofMillis(1));
		this.clock.settle();
		assertThat(this.clock.instant()).isEqualTo(this.start);
		assertThat(this.events).expired("still:1").never();
		assertThat(this.template.getTimeToLive("still:1")).contains(Duration.ofMillis(1));
	}

	@Test
	void expiriesComeInTheOrderOfTheirDeadlinesEachAtItsTime() {
		this.template.set("due:3", "c", MINUTE.multipliedBy(3));
		this.template.set("due:1", "a", MINUTE);
		this.template.set("due:2", "b", SetOptions.defaults().expireAt(this.start.plus(MINUTE.multipliedBy(2))));
		this.template.set("due:9", "d", MINUTE.multipliedBy(9));
		this.clock.advance(MINUTE.multipliedBy(8));
		assertThat(this.hooks.seen).containsExactly(seen("due:1", 1), seen("due:2", 2), seen("due:3", 3));
		assertThat(this.clock.instant()).isEqualTo(this.start.plus(MINUTE.multipliedBy(8)));
		assertThat(this.events.all(KvExpiredEvent.class)).extracting(KvExpiredEvent::getLateness)
			.containsOnly(Duration.ZERO);
		assertThat(this.template.hasKey("due:9")).isTrue();
	}

	@Test
	void keysOfOneDeadlineExpireInTheOrderOfTheirWrites() {
		List<String> keys = new ArrayList<>(IntStream.range(0, 50).mapToObj((number) -> "due:" + number).toList());
		Collections.reverse(keys);
		keys.forEach((key) -> this.template.set(key, "v", MINUTE));
		this.clock.advance(MINUTE);
		assertThat(this.hooks.seen).containsExactlyElementsOf(keys.stream().map((key) -> seen(key, 1)).toList());
	}

	@Test
	void whatAHookWritesExpiresOnTheWay() {
		this.template.set("chain:1", "v", MINUTE);
		this.clock.advance(MINUTE.multipliedBy(3));
		assertThat(this.hooks.seen).containsExactly(seen("chain:1", 1), seen("chain:2", 2), seen("chain:3", 3));
		this.clock.advanceTo(this.start.plus(Duration.ofHours(1)));
		assertThat(this.hooks.seen).hasSize(5).last().isEqualTo(seen("chain:5", 5));
		assertThat(this.events.ofType(KvEventType.EXPIRED)).hasSize(5);
	}

	@Test
	void asynchronousHookHasRunAndSoHasTheExpiryOfWhatItWrote() {
		for (int number = 0; number < 100; number++) {
			this.template.set("job:" + number, "v");
		}
		this.clock.advance(MINUTE);
		assertThat(this.events.withPrefix("lease:").ofType(KvEventType.EXPIRED)).hasSize(100);
		assertThat(this.hooks.seen).hasSize(100).allMatch((seen) -> seen.endsWith(" " + this.start.plus(MINUTE)));
	}

	@Test
	void settleWaitsForAsynchronousHooksAndForHooksOnEveryInstance() {
		this.template.set("fleet:1", "v");
		this.clock.settle();
		assertThat(this.hooks.seen).containsExactly(seen("fleet:1", 0));
	}

	@Test
	void watchHasReceivedAllThatWasWritten() {
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("watched:"))) {
			this.template.set("watched:1", "v", MINUTE);
			this.clock.advance(MINUTE);
			assertThat(watch.poll(Duration.ZERO)).isNotNull();
			assertThat(watch.poll(Duration.ZERO)).isInstanceOf(KvExpiredEvent.class);
			assertThat(watch.poll(Duration.ZERO)).isNull();
		}
	}

	@Test
	void followOfAnEventLogHasReceivedEachEntry(@Autowired KvEventLogs logs) {
		KvEventLog log = logs.open("followed", EventLogOptions.defaults());
		List<Object> received = Collections.synchronizedList(new ArrayList<>());
		try (Follow follow = log.tailAndFollow((entries) -> received.addAll(entries))) {
			for (int number = 0; number < 200; number++) {
				log.add(Map.of("number", number));
			}
			this.clock.settle();
			assertThat(received).hasSize(200);
			assertThat(follow.isOpen()).isTrue();
		}
	}

	@Test
	void timesOfEventsAndOfEventLogsAreThoseOfTheClock(@Autowired KvEventLogs logs) {
		this.clock.advance(Duration.ofDays(400));
		this.template.set("timed:1", "v", Duration.ofSeconds(2));
		assertThat(this.events).set("timed:1").hasOccurredAt(this.start.plus(Duration.ofDays(400))).once();
		KvEventLog log = logs.open("sensors", EventLogOptions.defaults().timeToLiveAfterLastAdd(MINUTE));
		log.add(Map.of("celsius", 21));
		this.clock.advance(MINUTE.minusMillis(1));
		assertThat(log.tail()).hasSize(1);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(log.tail()).isEmpty();
		assertThat(this.events).expired("timed:1").hasLatenessAtMost(Duration.ZERO).once();
	}

	@Test
	void extendedKeyExpiresAtItsNewDeadlineOnly() {
		this.template.set("due:1", "v", MINUTE);
		this.clock.advance(Duration.ofSeconds(59));
		this.template.expire("due:1", MINUTE);
		this.clock.advance(Duration.ofSeconds(59));
		assertThat(this.hooks.seen).isEmpty();
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.events).expired("due:1").hasOccurredAt(this.start.plus(Duration.ofSeconds(119))).once();
	}

	@Test
	void movesForwardOnly() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(Duration.ZERO))
			.withMessageContaining("must be positive but was PT0S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(Duration.ofMillis(-3)))
			.withMessageContaining("must be positive but was PT-0.003S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advanceTo(this.start))
			.withMessageContaining("'time' must be after " + this.start);
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.setTimeout(Duration.ZERO));
		assertThat(this.clock.instant()).isEqualTo(this.start);
	}

	@Test
	void isTheClockOfTheApplication(@Autowired Clock injected) {
		ZoneId zone = ZoneId.of("Asia/Tokyo");
		Clock zoned = injected.withZone(zone);
		this.clock.advance(MINUTE);
		assertThat(injected).isSameAs(this.clock);
		assertThat(zoned.getZone()).isEqualTo(zone);
		assertThat(zoned.instant()).isEqualTo(this.start.plus(MINUTE));
	}

	@Test
	void hookThatMovesTheClockFails(@Autowired KvHookRegistry registry) {
		this.template.set("mover:1", "v");
		assertThat(registry.find("mover").orElseThrow().getErrors().drain()).singleElement()
			.satisfies((error) -> assertThat(error.cause()).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("Move it in the test method"));
		assertThat(this.clock.instant()).isEqualTo(this.start);
	}

	private String seen(String key, int minutes) {
		return key + " " + this.start.plus(MINUTE.multipliedBy(minutes));
	}

	static class Hooks {

		private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

		private final KvTemplate template;

		private final KvTestClock clock;

		Hooks(KvTemplate template, KvTestClock clock) {
			this.template = template;
			this.clock = clock;
		}

		@OnKvExpired(prefix = { "due:", "lease:", "chain:" })
		void expired(String key) {
			this.seen.add(key + " " + this.clock.instant());
		}

		@OnKvExpired(prefix = "chain:", async = true)
		void next(String key) {
			int number = Integer.parseInt(key.substring("chain:".length()));
			if (number < 5) {
				this.template.set("chain:" + (number + 1), "v", MINUTE);
			}
		}

		@OnKvSet(prefix = "job:", async = true)
		void work(String key) {
			this.template.set("lease:" + key, "v", MINUTE);
		}

		@KvHook(prefix = "fleet:", scope = KvHookScope.EVERY_INSTANCE, async = true)
		void fleet(String key) {
			this.seen.add(key + " " + this.clock.instant());
		}

		@KvHook(id = "mover", prefix = "mover:")
		void move() {
			this.clock.advance(MINUTE);
		}

	}

}
