package io.github.kvevents.hook;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvException;

/**
 * A hook was not called because of recursion: hooks that write triggered each other too
 * deep. The change itself was applied.
 */
public class KvHookRecursionException extends KvException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param hookId the hook that was not called
	 * @param key the key that was changed
	 * @param depth how many hooks deep the change was made
	 */
	public KvHookRecursionException(String hookId, String key, int depth) {
		super("Hook '" + hookId + "' was not called for key '" + KeyText.printable(key)
				+ "': the change was made by hooks that call each other, " + depth
				+ " deep. Let a hook that writes choose other keys than it writes, or write only when something changes");
	}

}
