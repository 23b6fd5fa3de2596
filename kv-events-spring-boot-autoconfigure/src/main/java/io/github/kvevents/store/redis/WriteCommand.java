package io.github.kvevents.store.redis;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * A write that is one command of Redis, alone or in a pipeline.
 *
 * @param <R> the type of its result
 */
interface WriteCommand<R> {

	/**
	 * How many bytes go to the server, about.
	 */
	int size();

	/**
	 * Sends the command.
	 * @return the reply; in a pipeline nothing of meaning
	 */
	byte @Nullable [] send(RedisConnection connection);

	/**
	 * What the reply of the server means.
	 */
	R result(byte @Nullable [] reply);

	/**
	 * The result of a command that failed, or of which nothing is known.
	 */
	R failed();

}
