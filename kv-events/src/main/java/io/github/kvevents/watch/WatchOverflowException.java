package io.github.kvevents.watch;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvException;

/**
 * A watch ended because its buffer was full, and its options say
 * {@link WatchOverflow#FAIL}. What was in the buffer has been read by then.
 */
public class WatchOverflowException extends KvException {

	private static final long serialVersionUID = 1L;

	private final int bufferSize;

	WatchOverflowException(String prefix, int bufferSize) {
		super("The watch of " + (prefix.isEmpty() ? "all keys" : "the keys '" + KeyText.printable(prefix) + "'")
				+ " ended since nobody had room for more than " + bufferSize
				+ " changes: read faster, give it a larger 'bufferSize', or have changes dropped by 'overflow'");
		this.bufferSize = bufferSize;
	}

	/**
	 * How many changes the buffer held.
	 * @return the size that the watch was opened with
	 */
	public int getBufferSize() {
		return this.bufferSize;
	}

}
