package io.github.kvevents;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Keys as they may stand in a message or a log line: they come from outside, so they are
 * shortened, and what could forge a line is escaped.
 */
public final class KeyText {

	private static final int MAX_LENGTH = 200;

	private static final int MAX_KEYS = 3;

	private KeyText() {
	}

	/**
	 * The key in a form that is safe to print.
	 * @param key the key
	 * @return at most 200 characters of it, control characters and lone surrogates
	 * escaped
	 */
	public static String printable(String key) {
		StringBuilder text = new StringBuilder(Math.min(key.length(), MAX_LENGTH) + 16);
		int index = 0;
		while (index < key.length() && text.length() < MAX_LENGTH) {
			int codePoint = key.codePointAt(index);
			if (isPlain(codePoint)) {
				text.appendCodePoint(codePoint);
			}
			else {
				text.append(String.format("\\u%04x", codePoint));
			}
			index += Character.charCount(codePoint);
		}
		if (index < key.length()) {
			text.append("… (").append(key.length()).append(" characters)");
		}
		return text.toString();
	}

	/**
	 * A few keys in a form that is safe to print.
	 * @param keys the keys
	 * @return the first three in quotation marks, and how many more there are
	 */
	public static String printable(Collection<?> keys) {
		String first = keys.stream()
			.limit(MAX_KEYS)
			.map((key) -> "'" + printable(key.toString()) + "'")
			.collect(Collectors.joining(", "));
		return (keys.size() > MAX_KEYS) ? first + " and " + (keys.size() - MAX_KEYS) + " more" : first;
	}

	private static boolean isPlain(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.FORMAT ->
				false;
			default -> true;
		};
	}

}
