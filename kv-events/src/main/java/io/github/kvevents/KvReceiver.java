package io.github.kvevents;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Something in an instance that receives events of one type: a hook, an ordinary Spring
 * listener, or its watches. The instances of an application compare their receivers by
 * it.
 *
 * @param id the same in each instance that has it
 * @param keys a hint about the keys that it selects: it selects no key that doesn't fit,
 * and may select one that does
 * @param signature says what it selects; the same in two instances only if they select
 * the same keys
 * @param observer whether it only observes: an event that a hook has received need not be
 * delivered to it
 * @param takesValue whether it may read the values of an event; {@code false} only if it
 * certainly doesn't
 */
public record KvReceiver(String id, KeyHint keys, String signature, boolean observer, boolean takesValue) {

	public KvReceiver {
		Assert.hasText(id, "'id' must not be empty");
		Assert.notNull(keys, "'keys' must not be null");
		Assert.notNull(signature, "'signature' must not be null");
	}

	/**
	 * A receiver that may read values.
	 * @param id the same in each instance that has it
	 * @param keys a hint about the keys that it selects
	 * @param signature says what it selects
	 * @param observer whether it only observes
	 */
	public KvReceiver(String id, KeyHint keys, String signature, boolean observer) {
		this(id, keys, signature, observer, true);
	}

	/**
	 * A receiver that must receive each event of the keys that it selects.
	 * @param id its id
	 * @param filter what it selects, {@code null} for all keys
	 * @return the receiver
	 */
	public static KvReceiver of(String id, @Nullable KeyFilter filter) {
		return (filter != null) ? new KvReceiver(id, filter.hint(), KeyFilters.signature(filter), false)
				: new KvReceiver(id, KeyHint.anyKey(), "", false);
	}

	/**
	 * A receiver that only observes, keys that are not known here.
	 * @param id its id
	 * @return the receiver
	 */
	public static KvReceiver observer(String id) {
		return new KvReceiver(id, KeyHint.anyKey(), "", true);
	}

	/**
	 * A name that is the same in each instance: those of lambdas and proxies have a part
	 * that differs.
	 * @param name the name of a class, or one that begins with it
	 * @return the name up to that part
	 */
	public static String stableName(String name) {
		int generated = name.indexOf("$$");
		return (generated >= 0) ? name.substring(0, generated) : name;
	}

	/**
	 * This receiver, which may read values or certainly doesn't.
	 * @param takesValue whether it may read them
	 * @return a changed copy
	 */
	public KvReceiver takesValue(boolean takesValue) {
		return new KvReceiver(this.id, this.keys, this.signature, this.observer, takesValue);
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
