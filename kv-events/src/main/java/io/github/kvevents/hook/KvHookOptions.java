package io.github.kvevents.hook;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;

/**
 * Which events a hook receives and how it is called. Immutable: each method returns new
 * options.
 */
public final class KvHookOptions {

	private static final KvHookOptions DEFAULTS = new KvHookOptions(new State());

	private final State state;

	private KvHookOptions(State state) {
		this.state = state;
	}

	/**
	 * All events of all keys, synchronously, on the caller's thread.
	 * @return the default options
	 */
	public static KvHookOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Sets the id.
	 * @param id unique among the hooks of the application, by default generated; the id
	 * that was generated for a hook that is closed is not generated again
	 * @return new options
	 */
	public KvHookOptions id(String id) {
		// no lambdas: options are made while the application starts
		if (!StringUtils.hasText(id)) {
			throw new IllegalArgumentException("'id' must not be empty but was '" + id + "'");
		}
		if (id.equals(KvHookError.SPRING_LISTENERS)) {
			throw new IllegalArgumentException(
					"'id' must not be '" + id + "': it stands for the ordinary Spring listeners");
		}
		State copy = this.state.copy();
		copy.id = id;
		return new KvHookOptions(copy);
	}

	/**
	 * Sets the operations whose events to receive.
	 * @param events the events, none (the default): all
	 * @return new options
	 */
	public KvHookOptions events(KvEventType... events) {
		State copy = this.state.copy();
		copy.selector = copy.selector.events(events);
		return new KvHookOptions(copy);
	}

	/**
	 * Sets what the operation must have done to the key.
	 * @param changes the changes, none (the default): all
	 * @return new options
	 */
	public KvHookOptions changes(KvChange... changes) {
		State copy = this.state.copy();
		copy.selector = copy.selector.changes(changes);
		return new KvHookOptions(copy);
	}

	/**
	 * Sets the keys whose events to receive.
	 * @param filter the filter, by default none: all keys
	 * @return new options
	 */
	public KvHookOptions filter(KeyFilter filter) {
		State copy = this.state.copy();
		copy.selector = copy.selector.filter(filter);
		return new KvHookOptions(copy);
	}

	/**
	 * Lets the hook run on a thread of its own, behind a bounded queue: events of one key
	 * in the order in which they were applied, different keys in parallel.
	 * @return new options
	 * @throws IllegalArgumentException if a timeout is set
	 */
	public KvHookOptions async() {
		State copy = this.state.copy();
		copy.async = true;
		return new KvHookOptions(copy.checked());
	}

	/**
	 * Bounds how long the caller waits for the hook. It then runs on another thread and
	 * is interrupted at the timeout.
	 * @param timeout more than zero, by default none
	 * @return new options
	 * @throws IllegalArgumentException if it isn't more than zero, or the hook is
	 * asynchronous
	 */
	public KvHookOptions timeout(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		Assert.isTrue(!timeout.isNegative() && !timeout.isZero(),
				() -> "'timeout' must be more than zero but was " + timeout);
		State copy = this.state.copy();
		copy.timeout = timeout;
		return new KvHookOptions(copy.checked());
	}

	/**
	 * Sets which instances receive an event.
	 * @param scope the scope, by default {@link KvHookScope#ONE_INSTANCE}
	 * @return new options
	 */
	public KvHookOptions scope(KvHookScope scope) {
		Assert.notNull(scope, "'scope' must not be null");
		State copy = this.state.copy();
		copy.scope = scope;
		return new KvHookOptions(copy);
	}

	/**
	 * Sets the order among the synchronous hooks of an event.
	 * @param order lower is earlier, by default last; among equals the first registered
	 * is first
	 * @return new options
	 */
	public KvHookOptions order(int order) {
		State copy = this.state.copy();
		copy.order = order;
		return new KvHookOptions(copy);
	}

	/**
	 * The id.
	 * @return the id, or {@code null} if it is to be generated
	 */
	public @Nullable String getId() {
		return this.state.id;
	}

	/**
	 * The operations whose events to receive.
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
	 * Whether the hook runs on a thread of its own.
	 * @return whether it is asynchronous
	 */
	public boolean isAsync() {
		return this.state.async;
	}

	/**
	 * How long the caller waits for the hook.
	 * @return the timeout, or {@code null} if there is none
	 */
	public @Nullable Duration getTimeout() {
		return this.state.timeout;
	}

	/**
	 * Which instances receive an event.
	 * @return the scope
	 */
	public KvHookScope getScope() {
		return this.state.scope;
	}

	/**
	 * The order among the synchronous hooks of an event.
	 * @return the order, lower is earlier
	 */
	public int getOrder() {
		return this.state.order;
	}

	/**
	 * Written only before the options that hold it are seen by others.
	 */
	private static final class State implements Cloneable {

		private @Nullable String id;

		private EventSelector selector = EventSelector.all();

		private boolean async;

		private @Nullable Duration timeout;

		private KvHookScope scope = KvHookScope.ONE_INSTANCE;

		private int order = Ordered.LOWEST_PRECEDENCE;

		State copy() {
			try {
				return (State) clone();
			}
			catch (CloneNotSupportedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		State checked() {
			Assert.isTrue(!this.async || this.timeout == null,
					() -> "'timeout' must not be set for an asynchronous hook but was " + this.timeout
							+ ": nobody waits for it");
			return this;
		}

	}

}
