package org.springframework.samples.hooks;

import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.hook.KvHook;

/**
 * A bean of an application that is no part of Spring, whatever its package is called.
 */
public class SampleHooks {

	private final List<String> keys = new ArrayList<>();

	@KvHook
	void on(String key) {
		this.keys.add(key);
	}

	/**
	 * The keys that changed.
	 * @return the keys, in order
	 */
	public List<String> keys() {
		return this.keys;
	}

}
