package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.kvevents.KeyHint;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.support.Interval;

/**
 * What the receivers of other instances select, as this instance knows it: their expiries
 * are tracked too. It is read when instances have changed, and at most once a second when
 * a key gets a time to live that none is known to select. Used by many threads at once.
 */
final class OtherReceivers {

	private static final Selection NONE = new Selection();

	private final String keyPrefix;

	private final Interval lookInterval = new Interval(Duration.ofSeconds(1));

	private volatile Selection selection = NONE;

	/** The keys whose values they may read. */
	private volatile Selection values = NONE;

	/**
	 * Creates an instance that knows of none.
	 * @param keyPrefix the prefix of each key of this instance in Redis
	 */
	OtherReceivers(String keyPrefix) {
		this.keyPrefix = keyPrefix;
	}

	/**
	 * Takes note of what other instances announce.
	 */
	void update(Collection<Announcement> others) {
		this.values = Selection.of(others.stream().flatMap((other) -> other.keysOfValues(this.keyPrefix).stream()));
		this.selection = Selection
			.of(others.stream().flatMap((other) -> other.receivers(this.keyPrefix).stream()).map(KvReceiver::keys));
	}

	/**
	 * Whether other instances have receivers.
	 */
	boolean exist() {
		return this.selection != NONE;
	}

	boolean maySelect(String key) {
		return this.selection.mayMatch(key);
	}

	/**
	 * Whether one of them may read the value of a key.
	 */
	boolean mayTakeValue(String key) {
		return this.values.mayMatch(key);
	}

	/**
	 * Whether one of them may read values.
	 */
	boolean takeValues() {
		return this.values != NONE;
	}

	/**
	 * Whether it is time to look for others.
	 */
	boolean isLookDue() {
		return this.lookInterval.restartIfDue();
	}

	/**
	 * All keys that fit one of several hints. Not to be changed any more once it is read
	 * by several threads.
	 */
	private static final class Selection {

		private final Set<String> keys = new HashSet<>();

		private final NavigableSet<String> prefixes = new TreeSet<>();

		/** Each reversed. */
		private final NavigableSet<String> suffixes = new TreeSet<>();

		private boolean any;

		static Selection of(Stream<KeyHint> hints) {
			Selection selection = new Selection();
			hints.distinct().forEach(selection::add);
			return selection.isEmpty() ? NONE : selection;
		}

		private void add(KeyHint hint) {
			this.any |= hint.any();
			this.keys.addAll(hint.keys());
			hint.prefixes().forEach((prefix) -> add(this.prefixes, prefix));
			hint.suffixes().forEach((suffix) -> add(this.suffixes, reversed(suffix)));
		}

		private boolean isEmpty() {
			return !this.any && this.keys.isEmpty() && this.prefixes.isEmpty() && this.suffixes.isEmpty();
		}

		boolean mayMatch(String key) {
			return this.any || this.keys.contains(key) || startsWithOne(key, this.prefixes)
					|| (!this.suffixes.isEmpty() && startsWithOne(reversed(key), this.suffixes));
		}

		/**
		 * Keeps only prefixes of which none starts with another one.
		 */
		private static void add(NavigableSet<String> prefixes, String prefix) {
			if (startsWithOne(prefix, prefixes)) {
				return;
			}
			Iterator<String> longer = prefixes.tailSet(prefix).iterator();
			while (longer.hasNext() && longer.next().startsWith(prefix)) {
				longer.remove();
			}
			prefixes.add(prefix);
		}

		/**
		 * Where no prefix starts with another one, only the last of those that aren't
		 * behind the text can be one of its prefixes.
		 */
		private static boolean startsWithOne(String text, NavigableSet<String> prefixes) {
			String nearest = prefixes.floor(text);
			return nearest != null && text.startsWith(nearest);
		}

		private static String reversed(String text) {
			char[] reversed = new char[text.length()];
			for (int index = 0; index < reversed.length; index++) {
				reversed[index] = text.charAt(reversed.length - 1 - index);
			}
			return new String(reversed);
		}

	}

}
