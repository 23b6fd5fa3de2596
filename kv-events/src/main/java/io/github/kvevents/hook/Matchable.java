package io.github.kvevents.hook;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;

/**
 * A hook or guard as the index finds it.
 */
interface Matchable {

	/**
	 * The name, for messages.
	 */
	String name();

	Set<KvEventType> events();

	@Nullable KeyFilter filter();

	int order();

	/**
	 * The position in the order of registration, different for each.
	 */
	long sequence();

}
