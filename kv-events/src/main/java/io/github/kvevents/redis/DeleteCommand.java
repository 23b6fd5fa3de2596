package io.github.kvevents.redis;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.StoreOutcome;

/**
 * {@code GETDEL key}, for a batch in {@code delete-all.lua}.
 */
record DeleteCommand(byte[] key) implements WriteCommand {

	@Override
	public List<byte[]> arguments() {
		return List.of();
	}

	@Override
	public byte @Nullable [] send(RedisConnection connection) {
		return connection.stringCommands().getDel(this.key);
	}

	@Override
	public StoreOutcome result(byte @Nullable [] reply) {
		return new StoreOutcome(reply != null, reply);
	}

	@Override
	public StoreOutcome failed() {
		return new StoreOutcome(false, null);
	}

}
