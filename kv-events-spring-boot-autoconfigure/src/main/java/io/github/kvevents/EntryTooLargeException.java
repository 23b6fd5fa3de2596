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

	private static String message(String entry, long bytes, @Nullable Throwable cause) {
		String reason = (cause != null)
				? "reading it alone failed repeatedly. Raise 'client-output-buffer-limit normal' of the Redis server or "
						+ "'spring.data.redis.timeout', whichever is in the way"
				: "that is more than a quarter of the heap of this process. Give it more heap (-Xmx)";
		return "The entry '%s' with %d bytes can't be read: %s, or resume behind it, a listener by seek(StartPosition.after(…))"
			.formatted(entry, bytes, reason);
	}

	/**
	 * Which entry.
	 * @return the text of its position in the change log; the id of an entry elsewhere,
	 * with the name of the stream
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
