package io.github.kvevents;

/**
 * Finds the literal text that each match of an anchored expression starts with, so that
 * the index runs the expression only on keys that begin like that. Where in doubt it
 * finds less: an empty prefix is always right.
 */
final class RegexPrefix {

	private static final String META = ".[](){}*+?|^$\\";

	private RegexPrefix() {
	}

	/**
	 * The literal prefix of an expression.
	 * @param regex a valid expression
	 * @return the text, empty if there is none
	 */
	static String of(String regex) {
		if (!regex.startsWith("^") || regex.contains("\\Q") || hasAlternatives(regex)) {
			return "";
		}
		StringBuilder prefix = new StringBuilder();
		int index = 1;
		while (index < regex.length()) {
			boolean escaped = regex.charAt(index) == '\\' && index + 1 < regex.length();
			int codePoint = regex.codePointAt(escaped ? index + 1 : index);
			if (escaped ? isWordCharacter(codePoint) : META.indexOf(codePoint) >= 0) {
				break;
			}
			int next = index + (escaped ? 1 : 0) + Character.charCount(codePoint);
			if (isOptional(regex, next)) {
				break;
			}
			prefix.appendCodePoint(codePoint);
			index = next;
		}
		return prefix.toString();
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

	/**
	 * Whether there may be a '|' outside all brackets. A bracket inside a character class
	 * confuses the count, so any class beside a '|' is taken for a yes.
	 */
	private static boolean hasAlternatives(String regex) {
		if (regex.indexOf('|') < 0) {
			return false;
		}
		int depth = 0;
		for (int index = 0; index < regex.length(); index++) {
			switch (regex.charAt(index)) {
				case '\\' -> index++;
				case '(' -> depth++;
				case ')' -> depth--;
				case '[' -> {
					return true;
				}
				case '|' -> {
					if (depth == 0) {
						return true;
					}
				}
				default -> {
				}
			}
		}
		return false;
	}

}
