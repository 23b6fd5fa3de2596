package io.github.kvevents.hook;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;

/**
 * One registered guard.
 *
 * @param name bean and method, for messages
 */
public record Guard(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order, long sequence,
		Check check) implements Indexed {

	/**
	 * What a guard does.
	 */
	@FunctionalInterface
	public interface Check {

		void check(GuardedChange change) throws Exception;

	}

}
