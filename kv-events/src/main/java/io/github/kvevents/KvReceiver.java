package io.github.kvevents;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Something in an instance that receives events of one type: a hook, an ordinary Spring
 * listener, or its watches. Instances of a fleet compare what they have by it.
 *
 * @param id the same in each instance that has it
 * @param keys which keys it selects: a key that doesn't fit is none of them, one that
 * does may be
 * @param signature says what it selects; the same in two instances only if they select
 * the same keys
 * @param observer whether it only looks on: an event that a hook has received doesn't
 * have to come here, too
 */
public record KvReceiver(String id, KeyHint keys, String signature, boolean observer) {

	public KvReceiver {
		Assert.hasText(id, "'id' must not be empty");
		Assert.notNull(keys, "'keys' must not be null");
		Assert.notNull(signature, "'signature' must not be null");
	}

	/**
	 * A receiver that has to get each event of the keys it selects.
	 * @param id its id
	 * @param filter what it selects, {@code null} for all keys
	 * @return the receiver
	 */
	public static KvReceiver of(String id, @Nullable KeyFilter filter) {
		return (filter != null) ? new KvReceiver(id, filter.hint(), KeyFilters.signature(filter), false)
				: new KvReceiver(id, KeyHint.anyKey(), "", false);
	}

	/**
	 * A receiver that only looks on; nobody but itself knows at which keys.
	 * @param id its id
	 * @return the receiver
	 */
	public static KvReceiver observer(String id) {
		return new KvReceiver(id, KeyHint.anyKey(), "", true);
	}

	/**
	 * Whether it may select a key.
	 * @param key the key
	 * @return {@code false} if it certainly doesn't
	 */
	public boolean maySelect(String key) {
		return this.keys.mayMatch(key);
	}

}
