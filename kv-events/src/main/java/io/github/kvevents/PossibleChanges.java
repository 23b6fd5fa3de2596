package io.github.kvevents;

import java.util.EnumSet;
import java.util.Set;

import org.springframework.util.Assert;

/**
 * Which changes operations can make to a key, so that options that could never select an
 * event are refused. For our packages.
 */
public final class PossibleChanges {

	/** What to do where none of the operations can make any of the changes. */
	public static final String CONTRADICTION = "Only a delete or an expiry is REMOVED: change events or changes";

	private static final String NOT_LOGGED = "The log has no entry for a value that was set to what it was: only a "
			+ "@KvHook of the instance that sets it, with the scope ONE_INSTANCE, receives that";

	private static final Set<KvEventType> REMOVALS = EnumSet.of(KvEventType.DELETE, KvEventType.BATCH_DELETE,
			KvEventType.EXPIRED);

	private PossibleChanges() {
	}

	/**
	 * Whether any of the operations can make any of the changes.
	 * @param events the operations
	 * @param changes the changes
	 * @return whether one can
	 */
	public static boolean any(Set<KvEventType> events, Set<KvChange> changes) {
		return events.stream()
			.anyMatch((type) -> changes.stream()
				.anyMatch((change) -> (change == KvChange.REMOVED) == REMOVALS.contains(type)));
	}

	/**
	 * Refuses operations and changes that the change log never has.
	 * @param events the operations
	 * @param changes the changes
	 * @throws IllegalArgumentException if there can be no entry for any of them
	 */
	public static void requireLogged(Set<KvEventType> events, Set<KvChange> changes) {
		Assert.isTrue(anyLogged(events, changes),
				() -> "'changes' can't be served: " + neverLogged(events, changes) + ". " + wayOut(events, changes));
	}

	/**
	 * Whether the change log can have an entry for any of the operations with any of the
	 * changes.
	 * @param events the operations
	 * @param changes the changes
	 * @return whether there can be one
	 */
	public static boolean anyLogged(Set<KvEventType> events, Set<KvChange> changes) {
		Set<KvChange> logged = EnumSet.complementOf(EnumSet.of(KvChange.UNCHANGED));
		logged.retainAll(changes);
		return any(events, logged);
	}

	/**
	 * What is wrong where there can be no entry.
	 * @param events the operations
	 * @param changes the changes
	 * @return a description
	 */
	public static String neverLogged(Set<KvEventType> events, Set<KvChange> changes) {
		return changes + " never come with " + events + " from the change log";
	}

	/**
	 * What to do about it.
	 * @param events the operations
	 * @param changes the changes
	 * @return a description
	 */
	public static String wayOut(Set<KvEventType> events, Set<KvChange> changes) {
		return any(events, changes) ? NOT_LOGGED : CONTRADICTION;
	}

}
