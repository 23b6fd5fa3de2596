package io.github.kvevents.hook;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;

/**
 * One registered guard.
 *
 * @param name bean and method, for messages
 */
public record Guard(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order, long sequence,
		Check check) implements Matchable {

	/**
	 * What a guard does.
	 */
	@FunctionalInterface
	public interface Check {

		void check(Change change) throws Exception;

	}

	/**
	 * A change that guards are asked about.
	 *
	 * @param codec decodes the value, {@code null} if the engine has none
	 */
	public record Change(KvEventType type, String key, byte @Nullable [] value, @Nullable KvCodec codec) {
	}

}
