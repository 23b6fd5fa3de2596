package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.types.Expiration;

import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite.Condition;

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

	/**
	 * A write with more arguments: for the index, and the header of its change log entry.
	 *
	 * @param command the write
	 * @param more the further arguments of the script for this key
	 */
	record Logged(WriteCommand command, List<byte[]> more) implements WriteCommand {

		@Override
		public byte[] key() {
			return this.command.key();
		}

		@Override
		public List<byte[]> arguments() {
			List<byte[]> arguments = new ArrayList<>(this.command.arguments());
			arguments.addAll(this.more);
			return arguments;
		}

		@Override
		public byte @Nullable [] send(RedisConnection connection) {
			return this.command.send(connection);
		}

		@Override
		public StoreOutcome result(byte @Nullable [] reply) {
			return this.command.result(reply);
		}

		@Override
		public StoreOutcome failed() {
			return this.command.failed();
		}

	}

	/**
	 * {@code SET key value GET}, for a batch in {@code set-values.lua}.
	 */
	record ValueCommand(byte[] key, byte[] value) implements WriteCommand {

		@Override
		public List<byte[]> arguments() {
			return List.of(this.value);
		}

		@Override
		public byte @Nullable [] send(RedisConnection connection) {
			return SetCommand.setGet(connection, this.key, this.value, Condition.ALWAYS, Expiration.persistent());
		}

		@Override
		public StoreOutcome result(byte @Nullable [] reply) {
			return new StoreOutcome(true, reply);
		}

		@Override
		public StoreOutcome failed() {
			return new StoreOutcome(false, null);
		}

	}

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

}
