package io.github.kvevents.hook;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;

/**
 * What the index needs to know of a hook or guard.
 */
interface Matchable {

	/**
	 * What it is called, for messages.
	 */
	String name();

	Set<KvEventType> events();

	@Nullable KeyFilter filter();

	int order();

	/**
	 * The place in the order of registration, different for each.
	 */
	long sequence();

}
