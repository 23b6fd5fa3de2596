package io.github.kvevents;

import org.jspecify.annotations.Nullable;

/**
 * A single entry of a log is so large that it can't be read: it doesn't fit into the heap
 * of this process, or the server or the connection gives up while it is sent. Reading is
 * possible again behind it, or after the limit that is in the way was raised. The message
 * names the entry, its size and both ways out.
 */
public class EntryTooLargeException extends KvException {

	private static final long serialVersionUID = 1L;

	private final String entry;

	private final long bytes;

	/**
	 * Creates an exception.
	 * @param entry the position of the entry, or its id and its log
	 * @param bytes how many bytes its fields have together
	 * @param cause what happened when it was read, {@code null} if nobody tried
	 */
	public EntryTooLargeException(String entry, long bytes, @Nullable Throwable cause) {
		super(message(entry, bytes, cause), cause);
		this.entry = entry;
		this.bytes = bytes;
	}

	private EntryTooLargeException(String message, String entry, long bytes, @Nullable Throwable cause) {
		super(message, cause);
		this.entry = entry;
		this.bytes = bytes;
	}

	/**
	 * Creates an exception for the value of a key.
	 * @param key the key, as it may be shown
	 * @param bytes how many bytes its value has
	 * @param cause what happened when it was read
	 * @return the exception, whose {@link #getEntry() entry} is the key
	 */
	public static EntryTooLargeException ofKey(String key, long bytes, Throwable cause) {
		return new EntryTooLargeException("The value of key '%s' with %d bytes can't be read: %s, or leave it out"
			.formatted(key, bytes, reason(cause)), key, bytes, cause);
	}

	/**
	 * Creates an exception for the last value of a key that has expired. It is delivered
	 * once it can be read.
	 * @param key the name of the key, as it may be shown
	 * @param bytes how many bytes the entry has
	 * @param cause what happened when it was read
	 * @return the exception, whose {@link #getEntry() entry} is the key
	 */
	public static EntryTooLargeException ofExpiry(String key, long bytes, Throwable cause) {
		return new EntryTooLargeException(
				"The expiry of key '%s' with %d bytes can't be read: %s. It and those behind it are delivered then"
					.formatted(key, bytes, reason(cause)),
				key, bytes, cause);
	}

	private static String message(String entry, long bytes, @Nullable Throwable cause) {
		return "The entry '%s' with %d bytes can't be read: %s, or resume behind it, a listener by seek(StartPosition.after(…))"
			.formatted(entry, bytes, reason(cause));
	}

	private static String reason(@Nullable Throwable cause) {
		return (cause != null)
				? "reading it alone failed repeatedly. Raise 'client-output-buffer-limit normal' of the Redis server or "
						+ "'spring.data.redis.timeout', whichever is in the way"
				: "that is more than a quarter of the heap of this process. Give it more heap (-Xmx)";
	}

	/**
	 * Which entry.
	 * @return the text of its position in the change log; the id of an entry elsewhere,
	 * with the name of the stream; a key
	 */
	public String getEntry() {
		return this.entry;
	}

	/**
	 * How large it is.
	 * @return the bytes of all its fields
	 */
	public long getBytes() {
		return this.bytes;
	}

}
