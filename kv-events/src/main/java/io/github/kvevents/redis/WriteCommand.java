package io.github.kvevents.redis;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.StoreOutcome;

/**
 * A write of one key: a single Redis command, or part of the arguments of a batch script.
 * The reply is the same.
 */
interface WriteCommand {

	byte[] key();

	/**
	 * The arguments of the batch script for this key, besides the key.
	 */
	List<byte[]> arguments();

	/**
	 * Sends the write as a single command.
	 * @return the previous value of the key
	 */
	byte @Nullable [] send(RedisConnection connection);

	/**
	 * Converts the reply of the server.
	 */
	StoreOutcome result(byte @Nullable [] reply);

	/**
	 * The result of a write that failed or whose outcome is unknown.
	 */
	StoreOutcome failed();

}
