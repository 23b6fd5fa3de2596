package io.github.kvevents.watch;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.KvKeys;

/**
 * Which changes a watch receives, and how. Immutable: each method returns new options.
 *
 * <pre>
 * template.watch(WatchOptions.prefix("users:").initialReplay().bufferSize(1000));
 * </pre>
 */
public final class WatchOptions {

	private static final int DEFAULT_BUFFER_SIZE = 128;

	private final String prefix;

	private final EventSelector selector;

	private final boolean initialReplay;

	private final int bufferSize;

	private final WatchOverflow overflow;

	private final Map<Integer, KvPosition> after;

	private final @Nullable Duration idleTimeout;

	private WatchOptions(String prefix, EventSelector selector, boolean initialReplay, int bufferSize,
			WatchOverflow overflow, Map<Integer, KvPosition> after, @Nullable Duration idleTimeout) {
		Assert.isTrue(!initialReplay || after.isEmpty(),
				() -> "Only one of 'initialReplay' and 'after' can be given, but there were both: after " + after);
		this.prefix = prefix;
		this.selector = selector;
		this.initialReplay = initialReplay;
		this.bufferSize = bufferSize;
		this.overflow = overflow;
		this.after = after;
		this.idleTimeout = idleTimeout;
	}

	/**
	 * The keys that begin with a prefix.
	 * @param prefix the prefix, taken literally
	 * @return the options to start from
	 */
	public static WatchOptions prefix(String prefix) {
		Assert.hasLength(prefix, () -> "'prefix' must not be null or empty but was "
				+ ((prefix != null) ? "''" : "null") + ": use all() for all keys");
		return of(KvKeys.requireValidPrefix(prefix));
	}

	/**
	 * All keys.
	 * @return the options to start from
	 */
	public static WatchOptions all() {
		return of("");
	}

	private static WatchOptions of(String prefix) {
		return new WatchOptions(prefix, EventSelector.all().without(KvChange.UNCHANGED), false, DEFAULT_BUFFER_SIZE,
				WatchOverflow.FAIL, Map.of(), null);
	}

	/**
	 * Sets which changes to receive. What is replayed at first is not asked.
	 * @param changes the changes, none (the default): all. {@link KvChange#UNCHANGED} is
	 * no change for a watch, chosen or not
	 * @return new options
	 */
	public WatchOptions changes(KvChange... changes) {
		EventSelector chosen = this.selector.changes(changes).without(KvChange.UNCHANGED);
		return new WatchOptions(this.prefix, chosen, this.initialReplay, this.bufferSize, this.overflow, this.after,
				this.idleTimeout);
	}

	/**
	 * Has the watch begin with what exists: each key once, as {@link KvChange#CREATED},
	 * before the changes to it. That doesn't count against the buffer.
	 * @return new options
	 */
	public WatchOptions initialReplay() {
		return new WatchOptions(this.prefix, this.selector, true, this.bufferSize, this.overflow, this.after,
				this.idleTimeout);
	}

	/**
	 * Sets how many changes may wait to be read.
	 * @param bufferSize the number, at least 1, by default 128
	 * @return new options
	 */
	public WatchOptions bufferSize(int bufferSize) {
		Assert.isTrue(bufferSize > 0, () -> "'bufferSize' must be at least 1 but was " + bufferSize);
		return new WatchOptions(this.prefix, this.selector, this.initialReplay, bufferSize, this.overflow, this.after,
				this.idleTimeout);
	}

	/**
	 * Sets what happens when that many wait and another one comes.
	 * @param overflow by default {@link WatchOverflow#FAIL}
	 * @return new options
	 */
	public WatchOptions overflow(WatchOverflow overflow) {
		Assert.notNull(overflow, "'overflow' must not be null");
		return new WatchOptions(this.prefix, this.selector, this.initialReplay, this.bufferSize, overflow, this.after,
				this.idleTimeout);
	}

	/**
	 * Has the watch begin behind a position in the change log, which must be on. With
	 * several partitions it is called for the position in each of them; those it isn't
	 * called for begin with what changes from now on.
	 * @param position the position of the last event that is not wanted any more, see
	 * {@link io.github.kvevents.KvEvent#getPosition()}; one past the end of the log means
	 * what is written from now on, and one that is more than a day ahead of the log and
	 * the clock is refused when the watch opens
	 * @return new options
	 */
	public WatchOptions after(KvPosition position) {
		Assert.notNull(position, "'position' must not be null");
		Map<Integer, KvPosition> after = new TreeMap<>(this.after);
		after.put(position.partition(), position);
		return new WatchOptions(this.prefix, this.selector, this.initialReplay, this.bufferSize, this.overflow,
				Collections.unmodifiableMap(after), this.idleTimeout);
	}

	/**
	 * Has the watch closed when nobody reads it for some time: no call of
	 * {@link KvWatch#poll(Duration)} or of its stream waits or has just returned, and its
	 * subscriber, if there is one, has asked for nothing more. For readers that may
	 * vanish, such as browsers; they poll more often than that, or have a heartbeat.
	 * @param idleTimeout the time, positive; by default a watch waits for its reader for
	 * ever
	 * @return new options
	 */
	public WatchOptions idleTimeout(Duration idleTimeout) {
		Assert.isTrue(idleTimeout != null && !idleTimeout.isNegative() && !idleTimeout.isZero(),
				() -> "'idleTimeout' must be positive but was " + idleTimeout);
		return new WatchOptions(this.prefix, this.selector, this.initialReplay, this.bufferSize, this.overflow,
				this.after, idleTimeout);
	}

	/**
	 * What the keys begin with.
	 * @return the prefix, empty for all keys
	 */
	public String getPrefix() {
		return this.prefix;
	}

	/**
	 * Which changes the watch receives.
	 * @return the changes, without {@link KvChange#UNCHANGED}
	 */
	public Set<KvChange> getChanges() {
		return this.selector.getChanges();
	}

	/**
	 * Which events are chosen, among those of the prefix.
	 */
	EventSelector selector() {
		return this.selector;
	}

	/**
	 * Whether the watch begins with what exists.
	 * @return whether it does
	 */
	public boolean isInitialReplay() {
		return this.initialReplay;
	}

	/**
	 * How many changes may wait to be read.
	 * @return the number
	 */
	public int getBufferSize() {
		return this.bufferSize;
	}

	/**
	 * What happens when that many wait and another one comes.
	 * @return the policy
	 */
	public WatchOverflow getOverflow() {
		return this.overflow;
	}

	/**
	 * Behind which positions the watch begins.
	 * @return the positions by partition, empty if it begins with what changes from now
	 * on
	 */
	public Map<Integer, KvPosition> getAfter() {
		return this.after;
	}

	/**
	 * For how long nobody may read the watch until it is closed.
	 * @return the time, {@code null} for any time
	 */
	public @Nullable Duration getIdleTimeout() {
		return this.idleTimeout;
	}

	@Override
	public String toString() {
		return "WatchOptions[prefix=" + this.prefix + ", changes=" + getChanges() + ", initialReplay="
				+ this.initialReplay + ", bufferSize=" + this.bufferSize + ", overflow=" + this.overflow + ", after="
				+ this.after + ", idleTimeout=" + this.idleTimeout + "]";
	}

}
