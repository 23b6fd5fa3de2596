package io.github.kvevents.redis;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.StoreOutcome;

/**
 * A write of one key: a command of Redis when it is alone, an element of a script's
 * arguments in a batch. The reply is the same.
 */
interface WriteCommand {

	byte[] key();

	/**
	 * What the script of a batch gets for this key, besides the key.
	 */
	List<byte[]> arguments();

	/**
	 * Sends the command alone.
	 * @return what the key held before
	 */
	byte @Nullable [] send(RedisConnection connection);

	/**
	 * What the reply of the server means.
	 */
	StoreOutcome result(byte @Nullable [] reply);

	/**
	 * The result of a write that failed, or of which nothing is known.
	 */
	StoreOutcome failed();

}
