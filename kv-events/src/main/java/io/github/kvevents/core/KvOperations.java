package io.github.kvevents.core;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * Operations on keys whose changes are events. Implemented by {@link KvTemplate}; depend
 * on this interface to replace it in a test.
 * <p>
 * <b>Events.</b> Each operation that changed something publishes its event after the
 * store applied it and before it returns: synchronous hooks and ordinary Spring listeners
 * have run by then, on the caller's thread. What they throw never reaches the caller.
 * <p>
 * <b>Errors.</b> A key that is null, empty or not valid Unicode, a null value, a time to
 * live below a millisecond, an expiry too far ahead, and a key or value above the limits
 * of {@link KvTemplateBuilder} are {@link IllegalArgumentException}s that name the
 * argument, before anything is sent. A value that can't be encoded or decoded is a
 * {@link KvCodecException}. A guard that refuses is a {@link KvVetoException}. Failures
 * of the store, and a key that holds another Redis type than a string, are Spring's
 * {@code DataAccessException}s, and the key is untouched.
 * <p>
 * <b>Threads.</b> Safe for use by many threads at once.
 */
public interface KvOperations {

	/**
	 * Sets a key that never expires.
	 * @param key the key
	 * @param value the value: a {@code String} and a {@code byte[]} are stored as they
	 * are, anything else as the codec encodes it
	 * @return created, updated or unchanged
	 */
	KvSetResult set(String key, Object value);

	/**
	 * Sets a key that expires.
	 * @param key the key
	 * @param value the value
	 * @param timeToLive the time from now until it expires, at least a millisecond
	 * @return created, updated or unchanged
	 */
	KvSetResult set(String key, Object value, Duration timeToLive);

	/**
	 * Sets a key.
	 * @param key the key
	 * @param value the value
	 * @param options when it expires and under which condition it is written
	 * @return what the write did
	 */
	KvSetResult set(String key, Object value, SetOptions options);

	/**
	 * Sets a key to a value of a declared type. Use it where the class of the value says
	 * less than its type: the elements of a {@code List<Shape>} keep their type ids only
	 * if the declaration is known.
	 * @param <T> the type of the value
	 * @param key the key
	 * @param value the value
	 * @param type the declared type, for example {@code new
	 * ParameterizedTypeReference<List<Shape>>() {}}
	 * @param options when it expires and under which condition it is written
	 * @return what the write did
	 * @see #get(String, ParameterizedTypeReference)
	 */
	<T> KvSetResult set(String key, T value, ParameterizedTypeReference<T> type, SetOptions options);

	/**
	 * Sets a key to bytes, past the codec. The event is of type
	 * {@link KvEventType#SET_RAW}. The key never expires.
	 * @param key the key
	 * @param value the bytes; copied
	 * @return created, updated or unchanged
	 */
	KvSetResult setRaw(String key, byte[] value);

	/**
	 * Sets a key to bytes, past the codec.
	 * @param key the key
	 * @param value the bytes; copied
	 * @param options when it expires and under which condition it is written
	 * @return what the write did
	 */
	KvSetResult setRaw(String key, byte[] value, SetOptions options);

	/**
	 * Reads a key.
	 * @param <T> the type to decode to
	 * @param key the key
	 * @param type the class to decode to
	 * @return the value, empty if the key is absent
	 */
	<T> Optional<T> get(String key, Class<T> type);

	/**
	 * Reads a key whose value has a generic type.
	 * @param <T> the type to decode to
	 * @param key the key
	 * @param type the type to decode to, for example {@code new
	 * ParameterizedTypeReference<List<Order>>() {}}
	 * @return the value, empty if the key is absent
	 */
	<T> Optional<T> get(String key, ParameterizedTypeReference<T> type);

	/**
	 * Reads the bytes of a key, past the codec.
	 * @param key the key
	 * @return the bytes, empty if the key is absent
	 */
	Optional<byte[]> getRaw(String key);

	/**
	 * Deletes a key. The event carries the last value.
	 * @param key the key
	 * @return whether it existed; there is no event if it did not
	 */
	boolean delete(String key);

	/**
	 * Whether a key exists, of any Redis type.
	 * @param key the key
	 * @return whether it exists
	 */
	boolean hasKey(String key);

	/**
	 * The time that a key has left.
	 * @param key the key
	 * @return the time, empty if there is no such key or it never expires
	 */
	Optional<Duration> getTimeToLive(String key);

	/**
	 * Gives a key another time to live. Publishes no event.
	 * @param key the key
	 * @param timeToLive the time from now until it expires, at least a millisecond
	 * @return whether the key exists
	 */
	boolean expire(String key, Duration timeToLive);

	/**
	 * Takes a key's time to live away, so that it never expires. Publishes no event.
	 * @param key the key
	 * @return whether the key exists and had a time to live
	 */
	boolean persist(String key);

	/**
	 * The keys that begin with a prefix. With Redis this is {@code SCAN}, page by page as
	 * the stream is consumed: a key that exists all the while is returned, one that comes
	 * or goes meanwhile may be.
	 * @param prefix taken literally: {@code *}, {@code ?} and brackets mean themselves;
	 * empty for all keys
	 * @return each key once, in no order. Close the stream, it holds a cursor
	 */
	Stream<String> keys(String prefix);

	/**
	 * Sets many keys that never expire, without a round trip for each. One event per key,
	 * in the map's iteration order. Not atomic: if a key fails, the others of its chunk
	 * (256 keys) are written and their events published, the chunks behind it are not
	 * sent, and the failure is thrown.
	 * @param entries the values by key
	 * @return what the write of each key did, in the map's iteration order
	 */
	Map<String, KvSetResult> batchSet(Map<String, ?> entries);

	/**
	 * Sets many keys, without a round trip for each. The same options apply to each key.
	 * @param entries the values by key
	 * @param options when the keys expire and under which condition each is written
	 * @return what the write of each key did, in the map's iteration order
	 * @see #batchSet(Map)
	 */
	Map<String, KvSetResult> batchSet(Map<String, ?> entries, SetOptions options);

	/**
	 * Reads many keys, without a round trip for each.
	 * @param <T> the type to decode to
	 * @param keys the keys
	 * @param type the class to decode to
	 * @return the values by key, in the order of the keys; absent keys, and keys that
	 * hold another Redis type than a string, are left out
	 */
	<T> Map<String, T> batchGet(Collection<String> keys, Class<T> type);

	/**
	 * Deletes many keys, without a round trip for each. One event per key that existed,
	 * in the collection's iteration order. Not atomic, as for {@link #batchSet(Map)}.
	 * @param keys the keys
	 * @return how many existed
	 */
	long batchDelete(Collection<String> keys);

	/**
	 * Replaces a value if it is what the caller thinks it is, atomically. The two are
	 * compared as the codec encodes them. The key's time to live stays.
	 * @param key the key
	 * @param expected the value it must have
	 * @param value the value to write
	 * @return whether it was written
	 */
	boolean compareAndSet(String key, Object expected, Object value);

	/**
	 * Changes a value by a function of the value that is there. Optimistic: when another
	 * writer came between, the function is called again with the newer value. The key's
	 * time to live stays; a key that is created never expires.
	 * @param <T> the type of the value
	 * @param key the key
	 * @param type the class to decode to
	 * @param change returns the new value for the present one, which is null if the key
	 * is absent; null deletes the key. It may be called several times, so it should do
	 * nothing else
	 * @return what the write did: {@link KvSetResult#UPDATED} also if the key was
	 * deleted, {@link KvSetResult#NOT_APPLIED} if there was none to delete
	 * @throws org.springframework.dao.OptimisticLockingFailureException if others kept
	 * coming between
	 */
	<T> KvSetResult update(String key, Class<T> type, UnaryOperator<@Nullable T> change);

	/**
	 * A typed view of the keys {@code name:id}.
	 * @param <T> the type of the values
	 * @param name the name of the collection, without the colon
	 * @param type the class of the values
	 * @return the view; it holds no data and costs nothing to make
	 */
	<T> KvCollection<T> collection(String name, Class<T> type);

	/**
	 * A typed view of the keys {@code name:id}, whose values have a generic type. They
	 * are encoded and decoded by the declaration: a {@code List<Shape>} keeps the type
	 * ids of its elements.
	 * @param <T> the type of the values
	 * @param name the name of the collection, without the colon
	 * @param type the type of the values
	 * @return the view; it holds no data and costs nothing to make
	 */
	<T> KvCollection<T> collection(String name, ParameterizedTypeReference<T> type);

	/**
	 * Watches keys. With the change log on, a watch receives the changes of every
	 * instance and can start after a position; with it off, what this instance changes,
	 * and the expiries that this instance receives.
	 * @param options which keys and changes, and how
	 * @return an open watch, which receives each change that begins from now on; to be
	 * closed
	 * @throws IllegalStateException if the application shuts down, or the options need
	 * the change log and it is off
	 */
	KvWatch watch(WatchOptions options);

}
