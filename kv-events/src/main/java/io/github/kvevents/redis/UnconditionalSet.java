package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.ChangeLogSettings;

/**
 * The most frequent write: one key, without a condition. It has scripts of its own,
 * optimized for speed.
 */
final class UnconditionalSet {

	private static final RedisScript TRACKED = RedisScript.load(UnconditionalSet.class, "set-one-tracked.lua");

	private static final RedisScript LOGGED = RedisScript.load(UnconditionalSet.class, "set-one-logged.lua");

	/**
	 * One of this many writes trims the log. Less than the entries of a stream node.
	 */
	private static final int WRITES_PER_TRIM = 32;

	private final RedisConnections connections;

	private final IndexNames index;

	/** By two flags: whether it delivers, and whether it keeps the value. */
	private final byte[][] instanceIds;

	private final byte[] maxLength;

	private final AtomicInteger writes = new AtomicInteger();

	UnconditionalSet(RedisConnections connections, IndexNames index, byte[] instanceId,
			@Nullable ChangeLogSettings log) {
		this.connections = connections;
		this.index = index;
		String id = new String(instanceId, StandardCharsets.UTF_8);
		this.instanceIds = Stream.of("00", "01", "10", "11")
			.map((flags) -> (flags + id).getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
		this.maxLength = (log != null) ? ScriptArguments.number(log.maxLength()) : ScriptArguments.NONE;
	}

	/**
	 * Writes a key and its deadline in the index.
	 * @param delivers whether this instance delivers an expiry that the write detects
	 * @param keepsValue whether to keep the value for the expiry
	 */
	WriteReply set(int partition, SetCommand command, boolean delivers, boolean keepsValue) {
		List<byte[]> keys = new ArrayList<>(this.index.tracking(partition));
		keys.add(command.key());
		List<byte[]> arguments = new ArrayList<>(4);
		arguments.add(this.instanceIds[(delivers ? 2 : 0) + (keepsValue ? 1 : 0)]);
		arguments.add(command.value());
		List<byte[]> lifetime = command.lifetimeArguments();
		arguments.addAll(lifetime);
		if (!lifetime.isEmpty()) {
			ScriptArguments.addHeaders(arguments);
		}
		return WriteReply.ofText(this.connections.call((connection) -> TRACKED.value(connection, keys, arguments)),
				partition);
	}

	/**
	 * Writes a key with its entry in the change log.
	 * @param header the header of the entry, without a batch
	 * @param tracked whether to update the index
	 * @param receivers the {@link ScriptArguments#receivers receivers} of expiries
	 */
	WriteReply setLogged(int partition, SetCommand command, byte[] header, boolean tracked, byte[] receivers) {
		List<byte[]> keys = new ArrayList<>(6);
		keys.add(command.key());
		keys.add(this.index.log(partition));
		if (tracked) {
			keys.addAll(this.index.tracking(partition));
		}
		List<byte[]> arguments = new ArrayList<>(6);
		arguments.add(command.value());
		arguments.add(header);
		List<byte[]> lifetime = command.lifetimeArguments();
		boolean trims = this.writes.incrementAndGet() % WRITES_PER_TRIM == 0;
		if (trims || receivers.length > 0 || !lifetime.isEmpty()) {
			arguments.add(trims ? this.maxLength : ScriptArguments.NONE);
			arguments.add(receivers);
			arguments.addAll(lifetime);
			if (tracked && !lifetime.isEmpty()) {
				ScriptArguments.addHeaders(arguments);
			}
		}
		byte[] reply = this.connections.call((connection) -> LOGGED.value(connection, keys, arguments));
		return WriteReply.ofText(reply, partition);
	}

}
