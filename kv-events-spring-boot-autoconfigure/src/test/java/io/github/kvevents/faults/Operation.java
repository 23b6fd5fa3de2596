package io.github.kvevents.faults;

import org.jspecify.annotations.Nullable;

/**
 * A write to one key, as its caller knows it. The key in a batch is an operation of its
 * own.
 *
 * @param id of the operation, part of its value
 * @param writer a thread of one instance
 * @param number rises with each operation of the writer
 * @param kind what it does
 * @param key the key
 * @param ttlMillis the time to live, 0 for none
 * @param start when it began, as of {@link System#nanoTime()}
 * @param outcome how it ended
 * @param end when it ended
 */
record Operation(String id, String writer, long number, Kind kind, String key, long ttlMillis, long start,
		Outcome outcome, long end) {

	enum Kind {

		SET, SET_WITH_TTL, BATCH_SET, COMPARE_AND_SET, UPDATE, DELETE

	}

	enum Outcome {

		/** The caller knows that it was applied. */
		ACKNOWLEDGED,

		/** The caller knows that its condition was not met. */
		NOT_APPLIED,

		/** The server or the driver refused it. */
		REFUSED,

		/** It timed out, its reply was lost, or its process was killed. */
		UNKNOWN

	}

	/**
	 * What a value says about its operation.
	 *
	 * @param writer of the operation
	 * @param number of the operation
	 * @param id of the operation
	 * @param seen the id in the value that it replaces, {@code null} if it doesn't depend
	 * on that, {@code none} if there was no value
	 */
	record Mark(String writer, long number, String id, @Nullable String seen) {

		static final String NONE = "none";

		static Mark parse(String value) {
			String[] parts = value.split("/");
			return new Mark(parts[0], Long.parseLong(parts[1]), parts[2], (parts.length > 3) ? parts[3] : null);
		}

		static String idOf(@Nullable String value) {
			return (value != null) ? parse(value).id() : NONE;
		}

		String value() {
			String value = this.writer + "/" + this.number + "/" + this.id;
			return (this.seen != null) ? value + "/" + this.seen : value;
		}

	}

	static Operation begun(String[] words) {
		return new Operation(words[1], words[2], Long.parseLong(words[3]), Kind.valueOf(words[4]), words[5],
				Long.parseLong(words[6]), Long.parseLong(words[7]), Outcome.UNKNOWN, Long.MAX_VALUE);
	}

	/**
	 * The operation as words of a line, when it begins.
	 */
	String words() {
		return "%s %s %d %s %s %d %d".formatted(this.id, this.writer, this.number, this.kind, this.key, this.ttlMillis,
				this.start);
	}

	Operation ended(Outcome outcome, long end) {
		return new Operation(this.id, this.writer, this.number, this.kind, this.key, this.ttlMillis, this.start,
				outcome, end);
	}

	/**
	 * Whether only its writer writes the key.
	 */
	boolean isPrivate() {
		return isPrivate(this.key);
	}

	static boolean isPrivate(String key) {
		return key.startsWith("own:");
	}

}
