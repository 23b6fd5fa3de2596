package io.github.kvevents;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * A position in the change log: the partition and the entry's id in that partition's
 * stream. Positions can be compared within one partition only, since each partition
 * counts by itself.
 *
 * @param partition the partition, from 0
 * @param millis the first part of the stream entry's id
 * @param sequence the second part of the stream entry's id
 * @see #parse(String)
 */
public record KvPosition(int partition, long millis, long sequence) implements Comparable<KvPosition>, Serializable {

	private static final Pattern FORM = Pattern.compile("([0-9]+):([0-9]+)-([0-9]+)");

	/** The bits of a hash code that the most partitions leave, without the sign. */
	private static final int ENTRY_BITS = 17;

	/** More entries than are written in a millisecond, a prime. */
	private static final long MANY = 1_000_003;

	/**
	 * Spreads numbers that follow each other: 2 to the power of 64 by the golden ratio.
	 */
	private static final long SPREAD = 0x9E3779B97F4A7C15L;

	public KvPosition {
		Assert.isTrue(partition >= 0, () -> "'partition' must not be negative but was " + partition);
		Assert.isTrue(millis >= 0, () -> "'millis' must not be negative but was " + millis);
		Assert.isTrue(sequence >= 0, () -> "'sequence' must not be negative but was " + sequence);
	}

	/**
	 * Compares two positions of the same partition.
	 * @param other the position to compare with
	 * @return negative, zero or positive as this one is before, at or after the other
	 * @throws IllegalArgumentException if the other one is of another partition
	 */
	@Override
	public int compareTo(KvPosition other) {
		Assert.isTrue(this.partition == other.partition,
				() -> "Positions of different partitions have no order: '" + this + "' and '" + other + "'");
		int byMillis = Long.compare(this.millis, other.millis);
		return (byMillis != 0) ? byMillis : Long.compare(this.sequence, other.sequence);
	}

	/**
	 * Never the same for positions of different partitions: maps may compare keys of
	 * which it is.
	 */
	@Override
	public int hashCode() {
		long entry = this.millis * MANY + this.sequence;
		// some maps ignore the sign
		return ((this.partition << ENTRY_BITS) | (int) ((entry * SPREAD) >>> (Long.SIZE - ENTRY_BITS)))
				& Integer.MAX_VALUE;
	}

	/**
	 * The text form {@code partition:millis-sequence}, for example
	 * {@code 0:1700000000000-0}.
	 * @return the text that {@link #parse(String)} reads
	 */
	@Override
	public String toString() {
		return this.partition + ":" + this.millis + "-" + this.sequence;
	}

	/**
	 * Reads the text form of a position.
	 * @param text for example {@code 0:1700000000000-0}
	 * @return the position
	 * @throws IllegalArgumentException if the text has another form
	 */
	public static KvPosition parse(String text) {
		Assert.notNull(text, "'text' must not be null");
		Matcher matcher = FORM.matcher(text);
		if (!matcher.matches()) {
			throw malformed(text, null);
		}
		try {
			return new KvPosition(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)),
					Long.parseLong(matcher.group(3)));
		}
		catch (NumberFormatException ex) {
			throw malformed(text, ex);
		}
	}

	private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
		return new IllegalArgumentException(
				"A position must look like '0:1700000000000-0' (partition:millis-sequence) but was '"
						+ KeyText.printable(text) + "'",
				cause);
	}

}
