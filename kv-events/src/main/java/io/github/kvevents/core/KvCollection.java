package io.github.kvevents.core;

import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * A typed view of the keys {@code name:id}: the collection {@code users} keeps the
 * element {@code 42} under the key {@code users:42}. All methods speak of the id. Changes
 * are the same events as those of {@link KvOperations}, with the whole key.
 *
 * @param <T> the type of the elements
 */
public interface KvCollection<T> {

	/**
	 * The name of the collection.
	 * @return the name, without the colon
	 */
	String getName();

	/**
	 * Sets an element that never expires.
	 * @param id the element's id
	 * @param value the element
	 * @return created, updated or unchanged
	 */
	KvSetResult set(String id, T value);

	/**
	 * Sets an element.
	 * @param id the element's id
	 * @param value the element
	 * @param options when it expires and under which condition it is written
	 * @return what the write did
	 */
	KvSetResult set(String id, T value, SetOptions options);

	/**
	 * Reads an element.
	 * @param id the element's id
	 * @return the element, empty if there is none
	 */
	Optional<T> get(String id);

	/**
	 * Deletes an element.
	 * @param id the element's id
	 * @return the element that was there, empty if there was none
	 * @throws io.github.kvevents.KvCodecException if what was there can't be decoded; it
	 * is deleted all the same
	 */
	Optional<T> delete(String id);

	/**
	 * How many elements there are. Scans the keys.
	 * @return the number
	 */
	long count();

	/**
	 * The ids of the elements, read as the stream is consumed.
	 * @return each id once, in no order; to be closed
	 * @see KvOperations#keys(String)
	 */
	Stream<String> keys();

	/**
	 * The elements, read in batches as the stream is consumed.
	 * @return the elements, in no order; to be closed
	 */
	Stream<T> values();

	/**
	 * All elements at once. They are held in memory: use {@link #values()} for many.
	 * @return the elements by id
	 */
	Map<String, T> all();

	/**
	 * Changes an element by a function of the element that is there.
	 * @param id the element's id
	 * @param change returns the new element for the present one, which is null if there
	 * is none; null deletes it. It may be called several times
	 * @return what the write did
	 * @see KvOperations#update(String, Class, UnaryOperator)
	 */
	KvSetResult update(String id, UnaryOperator<@Nullable T> change);

	/**
	 * Watches the elements, with the default options. Events carry the whole key
	 * {@code name:id}.
	 * @return an open watch, to be closed
	 * @see KvOperations#watch(WatchOptions)
	 */
	KvWatch watch();

	/**
	 * Watches the elements. Events carry the whole key {@code name:id}.
	 * @param options changes the default options, for example
	 * {@code WatchOptions::initialReplay}; what it returns must have the same prefix
	 * @return an open watch, to be closed
	 * @see KvOperations#watch(WatchOptions)
	 */
	KvWatch watch(UnaryOperator<WatchOptions> options);

}
