package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.kvevents.store.ChangeLogSettings;

/**
 * The usual write with a change log: of one key, whatever it holds. Everything here is
 * about time, see {@code set-one-logged.lua}.
 */
final class LoggedSet {

	private static final RedisScript SCRIPT = RedisScript.load(LoggedSet.class, "set-one-logged.lua");

	/**
	 * A write of so many has old entries removed. Fewer than a node of the stream has.
	 */
	private static final int WRITES_PER_TRIM = 32;

	private static final byte[] NONE = {};

	private static final byte[] YES = { '1' };

	private final RedisConnections connections;

	private final IndexNames index;

	private final byte[] maxLength;

	private final AtomicInteger writes = new AtomicInteger();

	LoggedSet(RedisConnections connections, IndexNames index, ChangeLogSettings log) {
		this.connections = connections;
		this.index = index;
		this.maxLength = String.valueOf(log.maxLength()).getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Writes a key.
	 * @param meta the meta of the entry, without a batch
	 * @param tracked whether to keep the index in step
	 * @param heard whether a hook waits for expiries
	 */
	WriteReply set(int partition, SetCommand command, byte[] meta, boolean tracked, boolean heard) {
		List<byte[]> keys = new ArrayList<>(6);
		keys.add(command.key());
		keys.add(this.index.log(partition));
		if (tracked) {
			keys.addAll(this.index.tracking(partition));
		}
		List<byte[]> arguments = new ArrayList<>(6);
		arguments.add(command.value());
		arguments.add(meta);
		List<byte[]> lifetime = command.lifetimeArguments();
		boolean trims = this.writes.incrementAndGet() % WRITES_PER_TRIM == 0;
		if (trims || heard || !lifetime.isEmpty()) {
			arguments.add(trims ? this.maxLength : NONE);
			arguments.add(heard ? YES : NONE);
			arguments.addAll(lifetime);
		}
		byte[] reply = this.connections.call((connection) -> SCRIPT.value(connection, keys, arguments));
		return WriteReply.ofText(reply, partition);
	}

}
