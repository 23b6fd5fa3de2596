package io.github.kvevents.log;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;

/**
 * The id of an entry of an event log. The ids of a log grow with each entry, and their
 * first part is the time at which the store took the entry, unless its clock went back.
 *
 * @param millis milliseconds since 1970, by the clock of the store
 * @param sequence tells apart what came in the same millisecond
 * @see #parse(String)
 */
public record EntryId(long millis, long sequence) implements Comparable<EntryId>, Serializable {

	private static final Pattern FORM = Pattern.compile("(\\d+)-(\\d+)");

	/** Before every entry. */
	public static final EntryId ZERO = new EntryId(0, 0);

	public EntryId {
		Assert.isTrue(millis >= 0, () -> "'millis' must not be negative but was " + millis);
		Assert.isTrue(sequence >= 0, () -> "'sequence' must not be negative but was " + sequence);
	}

	@Override
	public int compareTo(EntryId other) {
		int byMillis = Long.compare(this.millis, other.millis);
		return (byMillis != 0) ? byMillis : Long.compare(this.sequence, other.sequence);
	}

	/**
	 * Whether this id comes behind another one.
	 * @param other the id to compare with
	 * @return whether it does
	 */
	public boolean isAfter(EntryId other) {
		return compareTo(other) > 0;
	}

	/**
	 * The smallest id behind this one.
	 */
	public EntryId next() {
		return (this.sequence < Long.MAX_VALUE) ? new EntryId(this.millis, this.sequence + 1)
				: new EntryId(Math.addExact(this.millis, 1), 0);
	}

	/**
	 * The text form of Redis, {@code millis-sequence}, for example
	 * {@code 1700000000000-0}.
	 * @return the text that {@link #parse(String)} reads
	 */
	@Override
	public String toString() {
		return this.millis + "-" + this.sequence;
	}

	/**
	 * Reads the text form of an id.
	 * @param text for example {@code 1700000000000-0}
	 * @return the id
	 * @throws IllegalArgumentException if the text has another form
	 */
	public static EntryId parse(String text) {
		Assert.notNull(text, "'text' must not be null");
		Matcher parts = FORM.matcher(text);
		if (parts.matches()) {
			try {
				return new EntryId(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)));
			}
			catch (NumberFormatException ex) {
				throw malformed(text, ex);
			}
		}
		throw malformed(text, null);
	}

	private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
		return new IllegalArgumentException("An entry id must look like '1700000000000-0' (millis-sequence) but was '"
				+ KeyText.printable(text) + "'", cause);
	}

}
