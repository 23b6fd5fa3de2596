package io.github.kvevents.listener;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;

/**
 * Which events a listener receives and how it is called. Immutable: each method with an
 * argument returns new options.
 */
public final class ListenerOptions {

	/**
	 * The most that a batch can have.
	 */
	public static final int MAX_BATCH_SIZE = 10_000;

	private static final ListenerOptions DEFAULTS = new ListenerOptions(new State());

	private final State state;

	private ListenerOptions(State state) {
		this.state = state;
	}

	/**
	 * All events of all keys from the earliest on, one at a time, tried for ever.
	 * @return the default options
	 */
	public static ListenerOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Sets the operations whose events to receive.
	 * @param events the events, none (the default): all
	 * @return new options
	 */
	public ListenerOptions events(KvEventType... events) {
		State copy = this.state.copy();
		copy.selector = copy.selector.events(events);
		return new ListenerOptions(copy);
	}

	/**
	 * Sets what the operation must have done to the key.
	 * @param changes the changes, none (the default): all. Nothing is ever
	 * {@link KvChange#UNCHANGED} in the change log, and a listener for nothing else is
	 * refused when it is registered
	 * @return new options
	 */
	public ListenerOptions changes(KvChange... changes) {
		State copy = this.state.copy();
		copy.selector = copy.selector.changes(changes);
		return new ListenerOptions(copy);
	}

	/**
	 * Sets the keys whose events to receive.
	 * @param filter the filter, by default none: all keys
	 * @return new options
	 */
	public ListenerOptions filter(KeyFilter filter) {
		State copy = this.state.copy();
		copy.selector = copy.selector.filter(filter);
		return new ListenerOptions(copy);
	}

	/**
	 * Sets where to begin when there is no checkpoint yet.
	 * @param startAt by default {@link StartAt#EARLIEST}
	 * @return new options
	 */
	public ListenerOptions startAt(StartAt startAt) {
		Assert.notNull(startAt, "'startAt' must not be null");
		State copy = this.state.copy();
		copy.startAt = startAt;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets how many events of a partition are handled between two checkpoints at most, so
	 * how many may be redelivered after a crash.
	 * @param batchSize from 1 to {@value #MAX_BATCH_SIZE}, by default 100
	 * @return new options
	 */
	public ListenerOptions batchSize(int batchSize) {
		Assert.isTrue(batchSize >= 1 && batchSize <= MAX_BATCH_SIZE,
				() -> "'batchSize' must be from 1 to " + MAX_BATCH_SIZE + " but was " + batchSize);
		State copy = this.state.copy();
		copy.batchSize = batchSize;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets how many events this instance handles at a time. With 1 the events of a
	 * partition come strictly in their order, and one that fails holds up those behind
	 * it; above that the order holds per key, and one that fails holds up its key.
	 * @param concurrency at least 1, the default
	 * @return new options
	 */
	public ListenerOptions concurrency(int concurrency) {
		Assert.isTrue(concurrency >= 1, () -> "'concurrency' must be at least 1 but was " + concurrency);
		State copy = this.state.copy();
		copy.concurrency = concurrency;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets how long to wait before the second attempt. Each further wait is twice as
	 * long, give or take a fifth, up to {@link #maxBackoff(Duration)}.
	 * @param initialBackoff at least a millisecond, by default 200 milliseconds
	 * @return new options
	 */
	public ListenerOptions initialBackoff(Duration initialBackoff) {
		requirePositive("initialBackoff", initialBackoff);
		State copy = this.state.copy();
		copy.initialBackoff = initialBackoff;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets how long to wait between two attempts at most. Below the first wait it bounds
	 * that, too.
	 * @param maxBackoff at least a millisecond, by default 3 minutes
	 * @return new options
	 */
	public ListenerOptions maxBackoff(Duration maxBackoff) {
		requirePositive("maxBackoff", maxBackoff);
		State copy = this.state.copy();
		copy.maxBackoff = maxBackoff;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets how often to try before {@link #onExhausted(OnExhausted)} applies.
	 * @param maxAttempts by default 0: without limit
	 * @return new options
	 */
	public ListenerOptions maxAttempts(int maxAttempts) {
		Assert.isTrue(maxAttempts >= 0, () -> "'maxAttempts' must be 0 (no limit) or more but was " + maxAttempts);
		State copy = this.state.copy();
		copy.maxAttempts = maxAttempts;
		return new ListenerOptions(copy);
	}

	/**
	 * Sets what becomes of an event that failed as often as it may.
	 * @param onExhausted by default {@link OnExhausted#BLOCK}
	 * @return new options
	 */
	public ListenerOptions onExhausted(OnExhausted onExhausted) {
		Assert.notNull(onExhausted, "'onExhausted' must not be null");
		State copy = this.state.copy();
		copy.onExhausted = onExhausted;
		return new ListenerOptions(copy);
	}

	/**
	 * The operations whose events the listener receives.
	 * @return the events, never empty
	 */
	public Set<KvEventType> getEvents() {
		return this.state.selector.getEvents();
	}

	/**
	 * What the operation must have done to the key.
	 * @return the changes, never empty
	 */
	public Set<KvChange> getChanges() {
		return this.state.selector.getChanges();
	}

	/**
	 * The keys whose events to receive.
	 * @return the filter, or {@code null} for all keys
	 */
	public @Nullable KeyFilter getFilter() {
		return this.state.selector.getFilter();
	}

	/**
	 * Operations, changes and keys together. For our packages.
	 * @return what selects the events
	 */
	public EventSelector getSelector() {
		return this.state.selector;
	}

	/**
	 * Where to begin when there is no checkpoint yet.
	 * @return the start
	 */
	public StartAt getStartAt() {
		return this.state.startAt;
	}

	/**
	 * How many events of a partition are handled between two checkpoints at most.
	 * @return the number
	 */
	public int getBatchSize() {
		return this.state.batchSize;
	}

	/**
	 * How many events an instance handles at a time.
	 * @return the number
	 */
	public int getConcurrency() {
		return this.state.concurrency;
	}

	/**
	 * How long to wait before the second attempt.
	 * @return the duration
	 */
	public Duration getInitialBackoff() {
		return this.state.initialBackoff;
	}

	/**
	 * How long to wait between two attempts at most.
	 * @return the duration
	 */
	public Duration getMaxBackoff() {
		return this.state.maxBackoff;
	}

	/**
	 * How often to try.
	 * @return the number, 0 for no limit
	 */
	public int getMaxAttempts() {
		return this.state.maxAttempts;
	}

	/**
	 * What becomes of an event that failed as often as it may.
	 * @return the policy
	 */
	public OnExhausted getOnExhausted() {
		return this.state.onExhausted;
	}

	private static void requirePositive(String name, Duration value) {
		Assert.notNull(value, () -> "'" + name + "' must not be null");
		Assert.isTrue(value.compareTo(Duration.ofMillis(1)) >= 0,
				() -> "'" + name + "' must be at least a millisecond but was " + value);
	}

	/**
	 * Written only before the options that hold it are seen by others.
	 */
	private static final class State implements Cloneable {

		private EventSelector selector = EventSelector.all();

		private StartAt startAt = StartAt.EARLIEST;

		private int batchSize = 100;

		private int concurrency = 1;

		private Duration initialBackoff = Duration.ofMillis(200);

		private Duration maxBackoff = Duration.ofMinutes(3);

		private int maxAttempts;

		private OnExhausted onExhausted = OnExhausted.BLOCK;

		State copy() {
			try {
				return (State) clone();
			}
			catch (CloneNotSupportedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
