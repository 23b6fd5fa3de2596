package io.github.kvevents.test;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;

/**
 * Assertions on selected events of one key. Each method whose name begins with
 * {@code has} verifies that there are such events among them, and selects these; the
 * methods that count verify how many are selected, and return to all events. To select
 * alone verifies nothing, so end with one of the others.
 */
public final class RecordedKvEventAssert extends AbstractAssert<RecordedKvEventAssert, RecordedKvEvents> {

	private final RecordedKvEventsAssert all;

	private final String what;

	/**
	 * Creates assertions.
	 * @param selected the events
	 * @param what what they are, for messages
	 */
	RecordedKvEventAssert(RecordedKvEventsAssert all, RecordedKvEvents selected, String what) {
		super(selected, RecordedKvEventAssert.class);
		this.all = all;
		this.what = what;
	}

	/**
	 * Verifies that there are events with a value. It is the one that the key had then
	 * or, where it was deleted or expired, had last.
	 * @param value the value; it is compared as the codec stores it, and else by
	 * {@code equals} with what is decoded to its class
	 * @return assertions on the events with this value
	 */
	public RecordedKvEventAssert hasValue(Object value) {
		Assert.notNull(value, "'value' must not be null");
		return has((event) -> this.actual.recorder().isValue(valueOf(event), value), "with the value <" + value + ">");
	}

	/**
	 * Verifies that there are events with a previous value: the one that the key had
	 * before.
	 * @param value the value, compared as {@link #hasValue(Object)} does
	 * @return assertions on the events with this previous value
	 */
	public RecordedKvEventAssert hasPreviousValue(Object value) {
		Assert.notNull(value, "'value' must not be null");
		return has((event) -> this.actual.recorder().isValue(event.getRawPreviousValue(), value),
				"with the previous value <" + value + ">");
	}

	/**
	 * Verifies that there are events that did something to the key.
	 * @param change what, for example {@link KvChange#CREATED}
	 * @return assertions on the events with this change
	 */
	public RecordedKvEventAssert hasChange(KvChange change) {
		Assert.notNull(change, "'change' must not be null");
		return has((event) -> event.getChange() == change, "with the change " + change);
	}

	/**
	 * Verifies that there are events of a time; that of an expiry is its deadline.
	 * @param time the time, in milliseconds' precision
	 * @return assertions on the events of this time
	 */
	public RecordedKvEventAssert hasOccurredAt(Instant time) {
		Assert.notNull(time, "'time' must not be null");
		return has((event) -> event.getOccurredAt().toEpochMilli() == time.toEpochMilli(), "of " + time);
	}

	/**
	 * Verifies that there are expiries which were detected in time.
	 * @param lateness how late at most
	 * @return assertions on these expiries
	 */
	public RecordedKvEventAssert hasLatenessAtMost(Duration lateness) {
		Assert.notNull(lateness, "'lateness' must not be null");
		return has((event) -> event instanceof KvExpiredEvent expired && expired.getLateness() != null
				&& expired.getLateness().compareTo(lateness) <= 0, "that is at most " + lateness + " late");
	}

	/**
	 * Verifies that there are events for which a condition holds.
	 * @param condition the condition
	 * @param text in words, as in "an expiry of 'checkout:1' <em>that is ...</em>"
	 * @return assertions on these events
	 */
	public RecordedKvEventAssert has(Predicate<KvEvent> condition, String text) {
		Assert.notNull(condition, "'condition' must not be null");
		RecordedKvEventAssert narrowed = with(condition, text);
		narrowed.atLeastOnce();
		return narrowed;
	}

	/**
	 * Selects the events for which a condition holds, and verifies nothing: to be
	 * followed by {@link #never()} or a count.
	 * @param condition the condition
	 * @param text in words, as in "an expiry of 'checkout:1' <em>that is ...</em>"
	 * @return assertions on these events
	 */
	@CheckReturnValue
	public RecordedKvEventAssert with(Predicate<KvEvent> condition, String text) {
		Assert.notNull(condition, "'condition' must not be null");
		return new RecordedKvEventAssert(this.all, this.actual.filter(condition, text), this.what + " " + text)
			.as(this.info.description());
	}

	/**
	 * Verifies that there is one.
	 * @return assertions on all events
	 */
	public RecordedKvEventsAssert once() {
		return times(1);
	}

	/**
	 * Verifies that there are two.
	 * @return assertions on all events
	 */
	public RecordedKvEventsAssert twice() {
		return times(2);
	}

	/**
	 * Verifies how many there are.
	 * @param count the number; with 0 it is {@link #never()}
	 * @return assertions on all events
	 */
	public RecordedKvEventsAssert times(int count) {
		Assert.isTrue(count >= 0, () -> "'count' must not be negative but was " + count);
		if (count == 0) {
			return never();
		}
		if (!this.all.await(() -> this.actual.size() >= count) || this.actual.size() != count) {
			failWithMessage("%s", this.all
				.message("%s %s but it was %s".formatted(this.what, text(count), text(this.actual.size()))));
		}
		return this.all;
	}

	/**
	 * Verifies that there is one or more.
	 * @return assertions on all events
	 */
	public RecordedKvEventsAssert atLeastOnce() {
		if (!this.all.await(() -> this.actual.size() > 0)) {
			failWithMessage("%s", this.all.message(this.what));
		}
		return this.all;
	}

	/**
	 * Verifies that there is none.
	 * @return assertions on all events
	 */
	public RecordedKvEventsAssert never() {
		if (this.all.await(() -> this.actual.size() > 0)) {
			failWithMessage("%s",
					this.all.message("%s never but it was %s".formatted(this.what, text(this.actual.size()))));
		}
		return this.all;
	}

	/**
	 * The selected events so far.
	 * @return assertions on the list
	 */
	public ListAssert<KvEvent> events() {
		return Assertions.assertThat(this.actual.all()).as(this.info.description());
	}

	private static String text(int count) {
		return switch (count) {
			case 0 -> "never";
			case 1 -> "once";
			case 2 -> "twice";
			default -> count + " times";
		};
	}

	static byte @Nullable [] valueOf(KvEvent event) {
		return (event.getChange() == KvChange.REMOVED) ? event.getRawPreviousValue() : event.getRawValue();
	}

}
