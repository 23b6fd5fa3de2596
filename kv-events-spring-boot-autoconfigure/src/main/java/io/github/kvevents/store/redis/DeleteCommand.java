package io.github.kvevents.store.redis;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * {@code GETDEL key}, for a batch in {@code delete-all.lua}.
 */
record DeleteCommand(byte[] key) implements WriteCommand<Optional<byte[]>> {

	@Override
	public List<byte[]> arguments() {
		return List.of();
	}

	@Override
	public byte @Nullable [] send(RedisConnection connection) {
		return connection.stringCommands().getDel(this.key);
	}

	@Override
	public Optional<byte[]> result(byte @Nullable [] reply) {
		return Optional.ofNullable(reply);
	}

	@Override
	public Optional<byte[]> failed() {
		return Optional.empty();
	}

}
