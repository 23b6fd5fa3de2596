package io.github.kvevents;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What can be said about the keys of a {@link KeyFilter} without asking it: each key that
 * the filter matches is one of the exact keys, starts with one of the prefixes or ends
 * with one of the suffixes. It lets an index ask only the filters that may match.
 *
 * @param any whether nothing can be said: any key may match, and the sets are empty
 * @param keys the exact keys
 * @param prefixes the prefixes, none of them empty
 * @param suffixes the suffixes, none of them empty
 */
public record KeyHint(boolean any, Set<String> keys, Set<String> prefixes, Set<String> suffixes) {

	private static final KeyHint ANY = new KeyHint(true, Set.of(), Set.of(), Set.of());

	public KeyHint {
		keys = Set.copyOf(keys);
		prefixes = Set.copyOf(prefixes);
		suffixes = Set.copyOf(suffixes);
	}

	/**
	 * Any key may match.
	 * @return the hint that says nothing
	 */
	public static KeyHint anyKey() {
		return ANY;
	}

	/**
	 * Whether a key may be one that the filter matches.
	 * @param key the key
	 * @return {@code false} if the filter certainly doesn't match it
	 */
	public boolean mayMatch(String key) {
		return this.any || this.keys.contains(key) || this.prefixes.stream().anyMatch(key::startsWith)
				|| this.suffixes.stream().anyMatch(key::endsWith);
	}

	static KeyHint keys(Collection<String> keys) {
		return new KeyHint(false, Set.copyOf(keys), Set.of(), Set.of());
	}

	static KeyHint prefixes(Collection<String> prefixes) {
		return new KeyHint(false, Set.of(), Set.copyOf(prefixes), Set.of());
	}

	static KeyHint suffixes(Collection<String> suffixes) {
		return new KeyHint(false, Set.of(), Set.of(), Set.copyOf(suffixes));
	}

	/**
	 * What holds for the keys that match either filter.
	 */
	KeyHint or(KeyHint other) {
		if (this.any || other.any) {
			return ANY;
		}
		return new KeyHint(false, union(this.keys, other.keys), union(this.prefixes, other.prefixes),
				union(this.suffixes, other.suffixes));
	}

	/**
	 * Both hold for the keys that match both filters: the one that leaves fewer keys is
	 * kept.
	 */
	KeyHint and(KeyHint other) {
		return (other.selectivity() > selectivity()) ? other : this;
	}

	/**
	 * As selective as the vaguest of the alternatives: an exact key is best, then the
	 * longest affix.
	 */
	private int selectivity() {
		if (this.any) {
			return -1;
		}
		int selectivity = Integer.MAX_VALUE;
		for (String prefix : this.prefixes) {
			selectivity = Math.min(selectivity, prefix.length());
		}
		for (String suffix : this.suffixes) {
			selectivity = Math.min(selectivity, suffix.length());
		}
		return selectivity;
	}

	private static Set<String> union(Set<String> one, Set<String> other) {
		Set<String> union = new HashSet<>(one);
		union.addAll(other);
		return union;
	}

}
