package io.github.kvevents.core;

import java.util.function.BiConsumer;

/**
 * Adds headers to the changes that a template makes, for example the tenant of the
 * caller. The starter uses each bean of this type. The headers travel to every hook,
 * listener and reader of the change log, which get them from
 * {@link io.github.kvevents.KvEvent#getHeaders()}.
 */
@FunctionalInterface
public interface KvHeaderSource {

	/**
	 * Adds the headers of an operation. Called on the thread of the caller before the
	 * operation is sent, once for each, so it must be quick. An exception is logged, and
	 * the operation goes without these headers.
	 * @param headers receives each name and its value. A name has letters, digits, dots,
	 * hyphens and underscores. What exceeds
	 * {@value io.github.kvevents.KvHeaders#MAX_BYTES} bytes together with the other
	 * headers is dropped and counted
	 */
	void addHeaders(BiConsumer<String, String> headers);

}
