package io.github.kvevents.log;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;

/**
 * What to read from the change log. Immutable: each method returns a new request.
 */
public final class ReadRequest {

	/**
	 * How many events a page has at most.
	 */
	public static final int MAX_LIMIT = 10_000;

	private static final Duration MAX_TIMEOUT = Duration.ofHours(1);

	private final StartPosition start;

	private final int limit;

	private final EventSelector selector;

	private final Duration timeout;

	private ReadRequest(StartPosition start, int limit, EventSelector selector, Duration timeout) {
		this.start = start;
		this.limit = limit;
		this.selector = selector;
		this.timeout = timeout;
	}

	/**
	 * A request for up to 100 events of all types and keys, without waiting.
	 * @param start where to begin
	 * @return the request
	 */
	public static ReadRequest from(StartPosition start) {
		Assert.notNull(start, "'start' must not be null");
		return new ReadRequest(start, 100, EventSelector.all(), Duration.ZERO);
	}

	/**
	 * Sets how many events the page has at most. A page of large values has fewer, so
	 * that it takes a small part of the heap; only an empty one means the end of the log.
	 * @param limit from 1 to {@value #MAX_LIMIT}, by default 100
	 * @return a new request
	 */
	public ReadRequest limit(int limit) {
		Assert.isTrue(limit >= 1 && limit <= MAX_LIMIT,
				() -> "'limit' must be from 1 to " + MAX_LIMIT + " but was " + limit);
		return new ReadRequest(this.start, limit, this.selector, this.timeout);
	}

	/**
	 * Sets which operations to read.
	 * @param events the operations, none (the default): all
	 * @return a new request
	 */
	public ReadRequest events(KvEventType... events) {
		return new ReadRequest(this.start, this.limit, this.selector.events(events), this.timeout);
	}

	/**
	 * Sets what the operation must have done to the key. The log has no entry for a value
	 * that was set to what it was, so nothing is ever {@link KvChange#UNCHANGED}.
	 * @param changes the changes, none (the default): all
	 * @return a new request
	 */
	public ReadRequest changes(KvChange... changes) {
		return new ReadRequest(this.start, this.limit, this.selector.changes(changes), this.timeout);
	}

	/**
	 * Sets which keys to read. What the filter throws reaches the caller of
	 * {@link KvChangeLog#read(ReadRequest)}.
	 * @param filter the filter, by default none: all keys
	 * @return a new request
	 */
	public ReadRequest filter(KeyFilter filter) {
		return new ReadRequest(this.start, this.limit, this.selector.filter(filter), this.timeout);
	}

	/**
	 * Sets how long to wait for the first matching event, if there is none yet.
	 * @param timeout from zero, the default, to an hour
	 * @return a new request
	 */
	public ReadRequest timeout(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		Assert.isTrue(!timeout.isNegative() && timeout.compareTo(MAX_TIMEOUT) <= 0,
				() -> "'timeout' must be from zero to " + MAX_TIMEOUT + " but was " + timeout);
		return new ReadRequest(this.start, this.limit, this.selector, timeout);
	}

	/**
	 * Where to begin.
	 * @return the start
	 */
	public StartPosition getStart() {
		return this.start;
	}

	/**
	 * How many events the page has at most.
	 * @return the limit
	 */
	public int getLimit() {
		return this.limit;
	}

	/**
	 * Which operations to read.
	 * @return the operations, never empty
	 */
	public Set<KvEventType> getEvents() {
		return this.selector.getEvents();
	}

	/**
	 * What the operation must have done.
	 * @return the changes, never empty
	 */
	public Set<KvChange> getChanges() {
		return this.selector.getChanges();
	}

	/**
	 * Which keys to read.
	 * @return the filter, {@code null} for all
	 */
	public @Nullable KeyFilter getFilter() {
		return this.selector.getFilter();
	}

	/**
	 * Operations, changes and keys together. For our packages.
	 * @return what selects the events
	 */
	public EventSelector getSelector() {
		return this.selector;
	}

	/**
	 * How long to wait for the first matching event.
	 * @return the timeout, zero for not at all
	 */
	public Duration getTimeout() {
		return this.timeout;
	}

}
