package io.github.kvevents;

import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The filters behind {@link KeyFilter}'s factory methods. Each says what it matches in
 * its {@code toString()}, which the actuator shows: exact keys are counted there and not
 * named, since they may be a user's data.
 */
final class KeyFilters {

	private KeyFilters() {
	}

	static KeyFilter prefixes(String... prefixes) {
		Set<String> distinct = checked("prefixes", asList(prefixes));
		String[] array = distinct.toArray(String[]::new);
		String description = quoted("prefix", distinct);
		return new Hinted(description, description, KeyHint.prefixes(distinct), true, (key) -> {
			for (String prefix : array) {
				if (key.startsWith(prefix)) {
					return true;
				}
			}
			return false;
		});
	}

	static KeyFilter suffixes(String... suffixes) {
		Set<String> distinct = checked("suffixes", asList(suffixes));
		String[] array = distinct.toArray(String[]::new);
		String description = quoted("suffix", distinct);
		return new Hinted(description, description, KeyHint.suffixes(distinct), true, (key) -> {
			for (String suffix : array) {
				if (key.endsWith(suffix)) {
					return true;
				}
			}
			return false;
		});
	}

	static KeyFilter keys(Collection<String> keys) {
		Set<String> sorted = checked("keys", keys);
		Set<String> distinct = Set.copyOf(sorted);
		return new Hinted("keys (" + distinct.size() + ")", quoted("keys", sorted), KeyHint.keys(distinct), true,
				distinct::contains);
	}

	static KeyFilter regex(String regex) {
		Assert.hasLength(regex, "'regex' must not be empty");
		Pattern pattern = compile(regex);
		Set<String> prefixes = RegexPrefixes.of(regex);
		KeyHint hint = prefixes.isEmpty() ? KeyHint.anyKey() : KeyHint.prefixes(prefixes);
		String description = "regex '" + KeyText.printable(regex) + "'";
		return new Hinted(description, description, hint, false, (key) -> pattern.matcher(key).find());
	}

	static KeyFilter and(KeyFilter one, KeyFilter other) {
		Assert.notNull(other, "'other' must not be null");
		return new Hinted("(" + one + " and " + other + ")", "(" + signature(one) + " and " + signature(other) + ")",
				one.hint().and(other.hint()), false, (key) -> one.matches(key) && other.matches(key));
	}

	static KeyFilter or(KeyFilter one, KeyFilter other) {
		Assert.notNull(other, "'other' must not be null");
		return new Hinted("(" + one + " or " + other + ")", "(" + signature(one) + " or " + signature(other) + ")",
				one.hint().or(other.hint()), isExactlyItsHint(one) && isExactlyItsHint(other),
				(key) -> one.matches(key) || other.matches(key));
	}

	static KeyFilter not(KeyFilter filter) {
		return new Hinted("not " + filter, "not " + signature(filter), KeyHint.anyKey(), false,
				(key) -> !filter.matches(key));
	}

	/**
	 * Says what a filter matches, the same way in each instance of an application. A
	 * filter that wasn't made here counts as the same where it is of the same class.
	 */
	static String signature(KeyFilter filter) {
		if (filter instanceof Hinted hinted) {
			return hinted.signature();
		}
		return "class " + KvReceiver.stableName(filter.getClass().getName());
	}

	private static Pattern compile(String regex) {
		try {
			return Pattern.compile(regex);
		}
		catch (PatternSyntaxException ex) {
			throw new IllegalArgumentException("'regex' must be a valid RE2 expression but was '"
					+ KeyText.printable(regex) + "': " + ex.getMessage(), ex);
		}
	}

	/** Takes nulls too, which are to be refused with a message. */
	private static @Nullable Collection<String> asList(String @Nullable [] elements) {
		return (elements != null) ? Arrays.asList(elements) : null;
	}

	private static Set<String> checked(String name, @Nullable Collection<String> elements) {
		// no lambdas here and below: filters are made while the application starts
		if (elements == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		if (elements.isEmpty()) {
			throw new IllegalArgumentException("'" + name + "' must have at least one element");
		}
		for (String element : elements) {
			if (!StringUtils.hasLength(element)) {
				throw new IllegalArgumentException("'" + name + "' must not have an element that is null or empty");
			}
		}
		return new TreeSet<>(elements);
	}

	private static String quoted(String name, Set<String> elements) {
		StringBuilder quoted = new StringBuilder(name).append(' ');
		String separator = "";
		for (String element : elements) {
			quoted.append(separator).append('\'').append(KeyText.printable(element)).append('\'');
			separator = ", ";
		}
		return quoted.toString();
	}

	/**
	 * Whether a filter matches each key that its hint allows.
	 */
	static boolean isExactlyItsHint(KeyFilter filter) {
		return filter instanceof Hinted hinted && hinted.exact();
	}

	/**
	 * A filter with a hint.
	 *
	 * @param exact whether the hint says all, so that the predicate need not be asked for
	 * a key that it allows
	 */
	private record Hinted(String description, String signature, KeyHint hint, boolean exact,
			Predicate<String> predicate) implements KeyFilter {

		@Override
		public boolean matches(String key) {
			return this.predicate.test(key);
		}

		@Override
		public String toString() {
			return this.description;
		}

	}

}
