package io.github.kvevents;

import java.util.Collection;

/**
 * Chooses keys. A filter is asked by many threads at once and for each change of a key,
 * so it should be quick and must not block; what it throws counts as "doesn't match" and
 * as an error of the hook that it belongs to, for a durable listener as a failure of its
 * handler, and for a guard as a refusal. What a filter of a hook or guard writes counts
 * as written by that hook, and ends at the same depth.
 * <p>
 * The filters that are made here are found through an index: their number costs nothing
 * for keys that they don't match. A lambda, and a filter that was negated, is asked for
 * each key.
 */
@FunctionalInterface
public interface KeyFilter {

	/**
	 * Whether the filter chooses the key.
	 * @param key the key, as the application names it
	 * @return whether it matches
	 */
	boolean matches(String key);

	/**
	 * What is known about the keys that match, without asking for one.
	 * @return the hint, by default that any key may match
	 */
	default KeyHint hint() {
		return KeyHint.anyKey();
	}

	/**
	 * Matches the keys that both filters match.
	 * @param other the other filter
	 * @return the combined filter
	 */
	default KeyFilter and(KeyFilter other) {
		return KeyFilters.and(this, other);
	}

	/**
	 * Matches the keys that this filter or the other one matches.
	 * @param other the other filter
	 * @return the combined filter
	 */
	default KeyFilter or(KeyFilter other) {
		return KeyFilters.or(this, other);
	}

	/**
	 * Matches the keys that this filter doesn't match.
	 * @return the opposite filter
	 */
	default KeyFilter negate() {
		return KeyFilters.not(this);
	}

	/**
	 * Matches the keys that start with one of the prefixes.
	 * @param prefixes at least one, none of them empty
	 * @return the filter
	 */
	static KeyFilter prefix(String... prefixes) {
		return KeyFilters.prefixes(prefixes);
	}

	/**
	 * Matches the keys that end with one of the suffixes.
	 * @param suffixes at least one, none of them empty
	 * @return the filter
	 */
	static KeyFilter suffix(String... suffixes) {
		return KeyFilters.suffixes(suffixes);
	}

	/**
	 * Matches exactly these keys.
	 * @param keys at least one, none of them empty
	 * @return the filter
	 */
	static KeyFilter keys(Collection<String> keys) {
		return KeyFilters.keys(keys);
	}

	/**
	 * Matches the keys in which the expression is found anywhere; anchor it with
	 * {@code ^} and {@code $} where that is not meant. The syntax is RE2's: no
	 * back-references and no look-around, and in return the time is linear in the key's
	 * length.
	 * @param regex the expression
	 * @return the filter
	 * @throws IllegalArgumentException if the expression is malformed
	 */
	static KeyFilter regex(String regex) {
		return KeyFilters.regex(regex);
	}

}
