package io.github.kvevents.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.OnKvSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Recorded events: in order, filtered, and asserted with messages that show them.
 */
@KvEventsTest(RecordedKvEventsTests.Hooks.class)
class RecordedKvEventsTests {

	private static final Order ORDER = new Order("1", 4200);

	private static final Order OTHER = new Order("1", 1);

	@Autowired
	private KvTemplate template;

	@Autowired
	private RecordedKvEvents events;

	@Test
	void eventsAreInOrderThoseOfAHookBehindTheirCause() {
		this.template.set("order:1", ORDER);
		this.template.delete("order:1");
		this.template.batchSet(Map.of("b:1", "v"));
		assertThat(this.events).summaries()
			.containsExactly("SET order:1", "SET copy:order:1", "DELETE order:1", "BATCH_SET b:1");
		assertThat(this.events).keys().containsSubsequence("order:1", "b:1");
		assertThat(this.events).types().startsWith(KvEventType.SET);
		assertThat(this.events.all()).hasSize(4);
		assertThat(this.events.all(KvSetEvent.class)).hasSize(3);
		assertThat(this.events.size()).isEqualTo(4);
	}

	@Test
	void viewsSelectByTypeKeyPrefixAndFilter() {
		RecordedKvEvents copies = this.events.withPrefix("copy:");
		this.template.set("order:1", ORDER);
		this.template.set("note:1", "x");
		this.template.delete("note:1");
		assertThat(copies).keys().containsExactly("copy:order:1");
		assertThat(this.events.withKey("note:1", "order:1")).hasSize(3);
		assertThat(this.events.withKey("note:1").ofType(KvEventType.DELETE, KvEventType.EXPIRED)).hasSize(1);
		assertThat(this.events.filter((event) -> event.getChange() == KvChange.CREATED)).hasSize(3).isNotEmpty();
		assertThat(this.events.withPrefix("none:")).isEmpty();
	}

	@Test
	void valuesAreComparedAsTheCodecStoresThemOrDecoded() {
		this.template.set("order:1", ORDER);
		this.template.set("order:1", OTHER);
		this.template.delete("order:1");
		this.template.set("list:1", List.of("a", "b"));
		this.template.setRaw("raw:1", new byte[] { 1, 0, 2 });
		this.template.set("text:1", "héllo");
		assertThat(this.events).set("order:1").hasValue(ORDER).once().set("order:1").hasValue(OTHER).once();
		assertThat(this.events).set("order:1").hasPreviousValue(ORDER).hasChange(KvChange.UPDATED).once();
		assertThat(this.events).deleted("order:1").hasValue(OTHER).once();
		assertThat(this.events).set("list:1").hasValue(List.of("a", "b")).once();
		assertThat(this.events).set("raw:1").hasValue(new byte[] { 1, 0, 2 }).once();
		assertThat(this.events).set("text:1").hasValue("héllo").once();
		assertThat(this.events).event(KvEventType.SET_RAW, "raw:1").once();
		assertThat(this.events).set("order:1").twice().set("order:1").events().hasSize(2);
	}

	@Test
	void missingEventIsReportedWithWhatWasRecorded() {
		this.template.set("order:1", ORDER);
		this.template.setRaw("raw:1", "\u0000".getBytes(StandardCharsets.UTF_8));
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.events).as("the checkout").expired("order:1").once())
			.withMessage(String.format("[the checkout] Expecting an expiry of 'order:1' once but it was never%n"
					+ "Recorded were 3 events:%n" + "  1. SET 'order:1' (CREATED): {\"id\":\"1\",\"cents\":4200}%n"
					+ "  2. SET 'copy:order:1' (CREATED): copied%n" + "  3. SET_RAW 'raw:1' (CREATED): 1 bytes"));
	}

	@Test
	void anotherValueIsReportedWithTheOneThatWas() {
		this.template.set("order:1", ORDER);
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.events).set("order:1").hasValue(OTHER))
			.withMessageContaining("Expecting a write of 'order:1' with the value <Order[id=1, cents=1]>")
			.withMessageContaining("SET 'order:1' (CREATED): {\"id\":\"1\",\"cents\":4200}");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.events).set("order:1").hasValue("another type"));
	}

	@Test
	void wrongCountsAreReported() {
		this.template.set("note:1", "a");
		this.template.set("note:1", "b");
		fails("a write of 'note:1' once but it was twice", () -> assertThat(this.events).set("note:1").once());
		fails("a write of 'note:1' never but it was twice", () -> assertThat(this.events).set("note:1").never());
		fails("a write of 'note:1' 3 times but it was twice", () -> assertThat(this.events).set("note:1").times(3));
		fails("a write of 'note:1' with the value <a> twice but it was once",
				() -> assertThat(this.events).set("note:1").hasValue("a").twice());
		fails("an event DELETE of 'note:1'",
				() -> assertThat(this.events).event(KvEventType.DELETE, "note:1").atLeastOnce());
		fails("one event but there are 2", () -> assertThat(this.events).hasSize(1));
		fails("no event but there are 2", () -> assertThat(this.events).isEmpty());
		fails("an event%nRecorded was no event with the prefix 'x:'".formatted(),
				() -> assertThat(this.events.withPrefix("x:")).isNotEmpty());
		assertThat(this.events).set("note:1")
			.with((event) -> event.getPosition() == null, "outside of the log")
			.never();
		assertThatIllegalArgumentException().isThrownBy(() -> assertThat(this.events).set("note:1").times(-1));
	}

	private static void fails(String text, Runnable assertion) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion::run).withMessageContaining(text);
	}

	@Test
	void vetoedWriteIsNoEvent() {
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> this.template.set("locked:1", "v"));
		assertThat(this.events).isEmpty();
	}

	@Test
	void assertionsWaitWithinATime() {
		CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> this.template.set("later:1", "v"),
				CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
		assertThat(this.events).within(Duration.ofSeconds(30)).set("later:1").hasValue("v").once();
		writer.join();
		long begun = System.nanoTime();
		assertThat(this.events).within(Duration.ofMillis(120)).deleted("later:1").never();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(120));
		fails("an expiry of 'later:1' within PT0.05S",
				() -> assertThat(this.events).within(Duration.ofMillis(50)).expired("later:1").atLeastOnce());
		assertThatIllegalArgumentException().isThrownBy(() -> assertThat(this.events).within(Duration.ZERO));
	}

	@Test
	void clearForgetsAll() {
		this.template.set("note:1", "a");
		this.events.withPrefix("other:").clear();
		assertThat(this.events).isEmpty();
		this.template.delete("note:1");
		assertThat(this.events).summaries().containsExactly("DELETE note:1");
	}

	record Order(String id, long cents) {
	}

	static class Hooks {

		private final KvTemplate template;

		Hooks(KvTemplate template) {
			this.template = template;
		}

		@OnKvSet(prefix = "order:")
		void copy(String key) {
			this.template.set("copy:" + key, "copied");
		}

		@KvGuard(prefix = "locked:")
		void veto() {
			throw new IllegalStateException("locked");
		}

	}

}
