package io.github.kvevents;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the literal texts of which each match of an anchored expression starts with one,
 * so that the index runs the expression only on keys that begin like that. Where in doubt
 * it finds less: no prefix is always right.
 */
final class RegexPrefixes {

	private static final String META = ".[](){}*+?|^$\\";

	/** With more of them the expression itself is as quick. */
	private static final int MAX = 50;

	private RegexPrefixes() {
	}

	/**
	 * The literal prefixes of an expression.
	 * @param regex a valid expression
	 * @return the texts, none of them empty; none if a match may start with anything
	 */
	static Set<String> of(String regex) {
		Set<String> prefixes = new TreeSet<>();
		if (regex.contains("\\Q")) {
			return prefixes;
		}
		List<String> alternatives = alternatives(regex);
		if (alternatives.size() > 1 && hasFlags(regex)) {
			// those of one alternative count in the ones behind it
			return prefixes;
		}
		for (String alternative : alternatives) {
			if (!alternative.startsWith("^")) {
				return Set.of();
			}
			prefixes.addAll(literals(alternative.substring(1)));
		}
		return (prefixes.contains("") || prefixes.size() > MAX) ? Set.of() : prefixes;
	}

	/**
	 * The texts of which each match of an expression without alternatives starts with
	 * one. A group of alternatives behind its literal text gives one for each of them.
	 */
	private static Set<String> literals(String regex) {
		StringBuilder prefix = new StringBuilder();
		int index = 0;
		while (index < regex.length()) {
			boolean escaped = regex.charAt(index) == '\\' && index + 1 < regex.length();
			int codePoint = regex.codePointAt(escaped ? index + 1 : index);
			if (escaped ? isWordCharacter(codePoint) : META.indexOf(codePoint) >= 0) {
				return (!escaped && codePoint == '(') ? groupBehind(prefix.toString(), regex.substring(index))
						: Set.of(prefix.toString());
			}
			int next = index + (escaped ? 1 : 0) + Character.charCount(codePoint);
			if (isOptional(regex, next)) {
				return Set.of(prefix.toString());
			}
			prefix.appendCodePoint(codePoint);
			index = next;
		}
		return Set.of(prefix.toString());
	}

	/**
	 * The prefix, continued by what the group starts with.
	 * @param regex an expression that starts with a group
	 */
	private static Set<String> groupBehind(String prefix, String regex) {
		int end = endOfGroup(regex);
		int start = regex.startsWith("(?:") ? 3 : 1;
		if (end < 0 || hasFlags(regex) || regex.startsWith("?", start) || isOptional(regex, end + 1)) {
			return Set.of(prefix);
		}
		Set<String> prefixes = new TreeSet<>();
		for (String alternative : alternatives(regex.substring(start, end))) {
			literals(alternative).forEach((literal) -> prefixes.add(prefix + literal));
		}
		return prefixes;
	}

	/**
	 * The alternatives outside all groups.
	 */
	private static List<String> alternatives(String regex) {
		List<String> alternatives = new ArrayList<>();
		int start = 0;
		int depth = 0;
		for (int index = 0; index < regex.length(); index = next(regex, index)) {
			char character = regex.charAt(index);
			depth += (character == '(') ? 1 : (character == ')') ? -1 : 0;
			if (character == '|' && depth == 0) {
				alternatives.add(regex.substring(start, index));
				start = index + 1;
			}
		}
		alternatives.add(regex.substring(start));
		return alternatives;
	}

	private static int endOfGroup(String regex) {
		int depth = 0;
		for (int index = 0; index < regex.length(); index = next(regex, index)) {
			char character = regex.charAt(index);
			depth += (character == '(') ? 1 : (character == ')') ? -1 : 0;
			if (depth == 0) {
				return index;
			}
		}
		return -1;
	}

	/**
	 * The index behind a character, what is escaped, or a whole character class.
	 */
	private static int next(String regex, int index) {
		return switch (regex.charAt(index)) {
			case '\\' -> index + 2;
			case '[' -> endOfClass(regex, index);
			default -> index + 1;
		};
	}

	/**
	 * A bracket that comes first in a class is one of its characters.
	 */
	private static int endOfClass(String regex, int start) {
		int index = start + (regex.startsWith("[^", start) ? 2 : 1);
		boolean first = true;
		while (index < regex.length() && (first || regex.charAt(index) != ']')) {
			first = false;
			int named = regex.startsWith("[:", index) ? regex.indexOf(":]", index + 2) : -1;
			index = (named >= 0) ? named + 2 : index + ((regex.charAt(index) == '\\') ? 2 : 1);
		}
		return index + 1;
	}

	/**
	 * Whether a group may change how the expression is read. Says so, too, of a group
	 * with a name.
	 */
	private static boolean hasFlags(String regex) {
		return regex.replace("(?:", "").contains("(?");
	}

	/**
	 * Whether what stands before {@code index} may occur not even once.
	 */
	private static boolean isOptional(String regex, int index) {
		return index < regex.length() && "*?{".indexOf(regex.charAt(index)) >= 0;
	}

	/**
	 * After a backslash these have a meaning of their own.
	 */
	private static boolean isWordCharacter(int codePoint) {
		return codePoint >= 128 || codePoint == '_' || Character.isLetterOrDigit(codePoint);
	}

}
