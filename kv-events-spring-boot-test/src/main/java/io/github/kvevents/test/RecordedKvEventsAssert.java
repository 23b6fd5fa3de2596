package io.github.kvevents.test;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;

/**
 * Assertions on {@link RecordedKvEvents}. {@link #set(String)}, {@link #deleted(String)},
 * {@link #expired(String)} and {@link #event(KvEventType, String)} select events of one
 * key; what is asserted of them follows, for example {@code once()} or {@code never()}. A
 * message shows what was recorded instead.
 */
public final class RecordedKvEventsAssert extends AbstractAssert<RecordedKvEventsAssert, RecordedKvEvents> {

	/** Of a list that is longer, a message shows the end. */
	private static final int MAX_LINES = 50;

	private final Duration timeout;

	RecordedKvEventsAssert(RecordedKvEvents actual) {
		this(actual, Duration.ZERO);
	}

	private RecordedKvEventsAssert(RecordedKvEvents actual, Duration timeout) {
		super(actual, RecordedKvEventsAssert.class);
		this.timeout = timeout;
	}

	/**
	 * Waits for events, which with keys in Redis come by themselves: each assertion from
	 * here on waits until it holds. Where it is that something does not happen, as in
	 * {@code never()} and {@code isEmpty()}, it waits for the whole time.
	 * @param timeout how long at most, positive
	 * @return the same assertions, waiting
	 */
	public RecordedKvEventsAssert within(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, () -> "'timeout' must be positive but was " + timeout);
		isNotNull();
		return new RecordedKvEventsAssert(this.actual, timeout).as(this.info.description());
	}

	/**
	 * Selects the writes of a key, single ones, raw ones and those of batches.
	 * @param key the key
	 * @return what to assert of them
	 */
	public RecordedKvEventAssert set(String key) {
		return select("a write", key, KvEventType.SET, KvEventType.SET_RAW, KvEventType.BATCH_SET);
	}

	/**
	 * Selects the deletions of a key, single ones and those of batches.
	 * @param key the key
	 * @return what to assert of them
	 */
	public RecordedKvEventAssert deleted(String key) {
		return select("a deletion", key, KvEventType.DELETE, KvEventType.BATCH_DELETE);
	}

	/**
	 * Selects the expiries of a key.
	 * @param key the key
	 * @return what to assert of them
	 */
	public RecordedKvEventAssert expired(String key) {
		return select("an expiry", key, KvEventType.EXPIRED);
	}

	/**
	 * Selects the events of one type of a key.
	 * @param type the type
	 * @param key the key
	 * @return what to assert of them
	 */
	public RecordedKvEventAssert event(KvEventType type, String key) {
		Assert.notNull(type, "'type' must not be null");
		return select("an event " + type, key, type);
	}

	private RecordedKvEventAssert select(String what, String key, KvEventType... types) {
		Assert.hasLength(key, "'key' must not be empty");
		isNotNull();
		return new RecordedKvEventAssert(this, this.actual.ofType(types).withKey(key), what + " of '" + key + "'")
			.as(this.info.description());
	}

	/**
	 * Verifies how many events there are.
	 * @param size the number
	 * @return this
	 */
	public RecordedKvEventsAssert hasSize(int size) {
		isNotNull();
		if (!await(() -> this.actual.size() >= size) || this.actual.size() != size) {
			fail("%s but there are %d".formatted((size == 1) ? "one event" : size + " events", this.actual.size()));
		}
		return this;
	}

	/**
	 * Verifies that there is no event.
	 * @return this
	 */
	public RecordedKvEventsAssert isEmpty() {
		isNotNull();
		if (await(() -> this.actual.size() > 0)) {
			fail("no event but there are " + this.actual.size());
		}
		return this;
	}

	/**
	 * Verifies that there is an event.
	 * @return this
	 */
	public RecordedKvEventsAssert isNotEmpty() {
		isNotNull();
		if (!await(() -> this.actual.size() > 0)) {
			fail("an event");
		}
		return this;
	}

	/**
	 * The keys of the events so far, in their order.
	 * @return assertions on the list
	 */
	public ListAssert<String> keys() {
		isNotNull();
		return Assertions.assertThat(this.actual.stream().map(KvEvent::getKey).toList()).as(this.info.description());
	}

	/**
	 * The types of the events so far, in their order.
	 * @return assertions on the list
	 */
	public ListAssert<KvEventType> types() {
		isNotNull();
		return Assertions.assertThat(this.actual.stream().map(KvEvent::getType).toList()).as(this.info.description());
	}

	/**
	 * The events so far as texts of type and key, for example {@code EXPIRED checkout:1},
	 * in their order.
	 * @return assertions on the list, such as {@code containsExactly} and
	 * {@code containsSubsequence}
	 */
	public ListAssert<String> summaries() {
		isNotNull();
		return Assertions
			.assertThat(this.actual.stream().map((event) -> event.getType() + " " + event.getKey()).toList())
			.as(this.info.description());
	}

	/**
	 * Waits for a condition on the events, if this waits.
	 */
	boolean await(BooleanSupplier condition) {
		return this.actual.recorder().await(condition, this.timeout.toNanos());
	}

	private void fail(String expected) {
		failWithMessage("%s", message(expected));
	}

	/**
	 * What was expected, and all that was recorded.
	 */
	String message(String expected) {
		List<KvEvent> all = this.actual.all();
		String which = this.actual.filterText().isEmpty() ? "" : " " + this.actual.filterText();
		String waited = this.timeout.isZero() ? "" : " within " + this.timeout;
		return "Expecting %s%s%n%s"
			.formatted(expected, waited, all.isEmpty() ? "Recorded was no event" + which : "Recorded %s%s:%n%s"
				.formatted((all.size() == 1) ? "was one event" : "were " + all.size() + " events", which, lines(all)));
	}

	private static String lines(List<KvEvent> events) {
		int from = Math.max(0, events.size() - MAX_LINES);
		return IntStream.range(from, events.size())
			.mapToObj((index) -> "  %d. %s".formatted(index + 1, describe(events.get(index))))
			.collect(Collectors.joining(System.lineSeparator()));
	}

	/**
	 * An event in a message: with the value that the key had then or, for a removal, had
	 * last.
	 */
	static String describe(KvEvent event) {
		return "%s '%s' (%s): %s".formatted(event.getType(), event.getKey(), event.getChange(),
				EventRecorder.describe(RecordedKvEventAssert.valueOf(event)));
	}

}
