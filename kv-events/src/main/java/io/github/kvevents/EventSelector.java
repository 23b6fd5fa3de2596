package io.github.kvevents;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Selects events by their operation, by what that did to the key, and by the key. Hooks,
 * listeners, watches and readers of the change log select by it. Immutable. For our
 * packages.
 */
public final class EventSelector {

	/** The way out where none of the operations can make any of the changes. */
	public static final String CONTRADICTION = "Only a delete or an expiry is REMOVED: change events or changes";

	private static final String NOT_LOGGED = "The log has no entry for a value that was set to what it was: only a "
			+ "@KvHook of the instance that sets it, with the scope ONE_INSTANCE, receives that";

	private static final Set<KvEventType> REMOVALS = EnumSet.of(KvEventType.DELETE, KvEventType.BATCH_DELETE,
			KvEventType.EXPIRED);

	/** The sets that selectors have: there are few, of many selectors. */
	private static final Map<Set<?>, Set<?>> SHARED = new ConcurrentHashMap<>();

	private static final EventSelector ALL = new EventSelector(EnumSet.allOf(KvEventType.class),
			EnumSet.allOf(KvChange.class), null);

	private final Set<KvEventType> events;

	private final Set<KvChange> changes;

	/** A bit for each change: it is asked for each event and hook. */
	private final int changeBits;

	private final @Nullable KeyFilter filter;

	private EventSelector(Set<KvEventType> events, Set<KvChange> changes, @Nullable KeyFilter filter) {
		this.events = shared(events);
		this.changes = shared(changes);
		this.changeBits = bits(changes);
		this.filter = filter;
	}

	/**
	 * Loops instead of streams here and below: selectors are made while the application
	 * starts, and each lambda costs a class then.
	 */
	private static int bits(Set<KvChange> changes) {
		int bits = 0;
		for (KvChange change : changes) {
			bits |= bit(change);
		}
		return bits;
	}

	@SuppressWarnings("unchecked") // what is shared has the same elements
	private static <E> Set<E> shared(Set<E> set) {
		return (Set<E>) SHARED.computeIfAbsent(set, (elements) -> Collections.unmodifiableSet(elements));
	}

	private static int bit(KvChange change) {
		return switch (change) {
			case CREATED -> 1;
			case UPDATED -> 2;
			case UNCHANGED -> 4;
			case REMOVED -> 8;
		};
	}

	/**
	 * Selects each event.
	 * @return the selector to start from
	 */
	public static EventSelector all() {
		return ALL;
	}

	/**
	 * Selects by operation.
	 * @param events the operations, none: all
	 * @return a new selector
	 */
	public EventSelector events(KvEventType... events) {
		return new EventSelector(chosen("events", KvEventType.class, events), this.changes, this.filter);
	}

	/**
	 * Selects by what the operation did to the key.
	 * @param changes the changes, none: all
	 * @return a new selector
	 */
	public EventSelector changes(KvChange... changes) {
		return new EventSelector(this.events, chosen("changes", KvChange.class, changes), this.filter);
	}

	/**
	 * Selects no event of a change.
	 * @param change the change
	 * @return a new selector, which selects nothing if that was its only change
	 */
	public EventSelector without(KvChange change) {
		Set<KvChange> others = EnumSet.noneOf(KvChange.class);
		others.addAll(this.changes);
		others.remove(change);
		return new EventSelector(this.events, others, this.filter);
	}

	/**
	 * Selects by key.
	 * @param filter the filter
	 * @return a new selector
	 */
	public EventSelector filter(KeyFilter filter) {
		Assert.notNull(filter, "'filter' must not be null");
		return new EventSelector(this.events, this.changes, filter);
	}

	private static <E extends Enum<E>> Set<E> chosen(String name, Class<E> type, E[] elements) {
		for (E element : elements(name, elements)) {
			if (element == null) {
				throw new IllegalArgumentException(
						"'" + name + "' must not have a null element but was " + Arrays.toString(elements));
			}
		}
		return (elements.length > 0) ? EnumSet.copyOf(List.of(elements)) : EnumSet.allOf(type);
	}

	private static <E> E[] elements(String name, E @Nullable [] elements) {
		if (elements == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return elements;
	}

	/**
	 * Whether an event is selected. What the filter throws reaches the caller.
	 * @param type its operation
	 * @param change what that did to the key
	 * @param key its key
	 * @return whether all three are selected
	 */
	public boolean selects(KvEventType type, KvChange change, String key) {
		return this.events.contains(type) && selects(change) && (this.filter == null || this.filter.matches(key));
	}

	/**
	 * Whether events of a change are selected, if operation and key are.
	 * @param change the change
	 * @return whether it is selected
	 */
	public boolean selects(KvChange change) {
		return (this.changeBits & bit(change)) != 0;
	}

	/**
	 * Whether a filter matches each key that its {@link KeyFilter#hint() hint} allows, so
	 * that an index of hints need not ask it.
	 * @param filter the filter
	 * @return whether it does; where in doubt, it is to be asked
	 */
	public static boolean isExactlyItsHint(KeyFilter filter) {
		return KeyFilters.isExactlyItsHint(filter);
	}

	/**
	 * Whether there can be events of an operation that are selected.
	 * @param type the operation
	 * @return whether one of the changes can come of it
	 */
	public boolean canSelect(KvEventType type) {
		if (!this.events.contains(type)) {
			return false;
		}
		int removed = bit(KvChange.REMOVED);
		return (this.changeBits & (REMOVALS.contains(type) ? removed : ~removed)) != 0;
	}

	/**
	 * Whether there can be events that are selected.
	 * @return whether any of the operations can make any of the changes
	 */
	public boolean canSelect() {
		for (KvEventType type : this.events) {
			if (canSelect(type)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether each event is selected.
	 * @return whether nothing was chosen
	 */
	public boolean isAll() {
		return this.filter == null && this.events.equals(ALL.events) && this.changes.equals(ALL.changes);
	}

	/**
	 * Whether the change log can have an entry that is selected.
	 * @return whether there can be one
	 */
	public boolean canSelectLogged() {
		return without(KvChange.UNCHANGED).canSelect();
	}

	/**
	 * Refuses a selection for which the change log never has an entry.
	 * @throws IllegalArgumentException if there can be none
	 */
	public void requireLogged() {
		Assert.isTrue(canSelectLogged(),
				() -> "'changes' can't be served: " + describeNeverLogged() + ". " + describeWayOut());
	}

	/**
	 * What is wrong where there can be no entry in the change log.
	 * @return a description
	 */
	public String describeNeverLogged() {
		return this.changes + " never come with " + this.events + " from the change log";
	}

	/**
	 * What to do about it.
	 * @return a description
	 */
	public String describeWayOut() {
		return canSelect() ? NOT_LOGGED : CONTRADICTION;
	}

	/**
	 * The operations that are selected.
	 * @return the operations, never empty
	 */
	public Set<KvEventType> getEvents() {
		return this.events;
	}

	/**
	 * The changes that are selected.
	 * @return the changes
	 */
	public Set<KvChange> getChanges() {
		return this.changes;
	}

	/**
	 * The keys that are selected.
	 * @return the filter, {@code null} for all keys
	 */
	public @Nullable KeyFilter getFilter() {
		return this.filter;
	}

}
