package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import org.springframework.util.Assert;

/**
 * The namespace of applications that share data: the names of the keys of this library in
 * Redis, and the partitions over which keys are distributed.
 *
 * @param name the name of the namespace, by default the application's
 * @param partitions how many partitions there are, the same in all applications that
 * share the namespace, at most 16384
 */
public record Namespace(String name, int partitions) {

	/**
	 * The most partitions there can be, as many as a Redis Cluster has slots.
	 */
	public static final int MAX_PARTITIONS = 16384;

	/**
	 * Braces would change the slots in a cluster; control characters would garble log
	 * lines.
	 */
	private static final Pattern FORBIDDEN = Pattern.compile("[{}\\p{Cntrl}]");

	/**
	 * Such keys could be confused with those of a partition of another namespace.
	 */
	private static final Pattern PARTITION_AT_END = Pattern.compile(":\\d+\\z");

	public Namespace {
		Assert.hasText(name, "'name' of a namespace must not be blank: set 'kv.events.namespace'");
		Assert.isTrue(!FORBIDDEN.matcher(name).find(),
				"'name' of a namespace must have neither braces nor control characters, but is '%s': "
					.formatted(FORBIDDEN.matcher(name).replaceAll("?")) + "set 'kv.events.namespace'");
		Assert.isTrue(!PARTITION_AT_END.matcher(name).find(),
				"'name' of a namespace must not end with a colon and a number, as the names of partitions do, but is '%s': "
					.formatted(name) + "set 'kv.events.namespace'");
		Assert.isTrue(partitions >= 1 && partitions <= MAX_PARTITIONS,
				() -> "'partitions' must be from 1 to %d, but is %d".formatted(MAX_PARTITIONS, partitions));
	}

	/**
	 * A namespace with one partition.
	 * @param name the name
	 * @return the namespace
	 */
	public static Namespace of(String name) {
		return new Namespace(name, 1);
	}

	/**
	 * The partition of a key: CRC16 of its bytes in UTF-8, or of the part between braces
	 * in it, modulo the number of partitions. Related keys such as
	 * {@code order:{17}:lines} and {@code order:{17}:payment} share a partition this way.
	 * @param key the key, as the application names it
	 * @return the partition, from 0
	 */
	public int partitionOf(String key) {
		if (this.partitions == 1) {
			return 0;
		}
		int open = key.indexOf('{');
		int close = key.indexOf('}', open + 1);
		String hashed = (open >= 0 && close > open + 1) ? key.substring(open + 1, close) : key;
		return Crc16.of(hashed.getBytes(StandardCharsets.UTF_8)) % this.partitions;
	}

	/**
	 * The facts that all instances agree on, a hash.
	 * @return the name in Redis
	 */
	public String meta() {
		return "kv-events:{" + this.name + "}:meta";
	}

	/**
	 * The deadline index: a sorted set of the names of keys by epoch milliseconds.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String deadlines(int partition) {
		return inner(partition, "deadlines");
	}

	/**
	 * The last value of each key in the deadline index, a hash.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String values(int partition) {
		return inner(partition, "values");
	}

	/**
	 * Expiries that hooks have not received yet, a stream.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String expired(int partition) {
		return inner(partition, "expired");
	}

	/**
	 * The instances that take expiries, and what each of them selects: a hash.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String hooks(int partition) {
		return inner(partition, "hooks");
	}

	/**
	 * The receivers of an expiry that one instance handed on to another: a hash by the id
	 * of its entry.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String handed(int partition) {
		return inner(partition, "handed");
	}

	/**
	 * Wake-up messages for an instance, a stream.
	 * @param partition the partition
	 * @param instanceId the id of the instance
	 * @return the name in Redis
	 */
	public String wake(int partition, String instanceId) {
		return inner(partition, "wake:" + instanceId);
	}

	/**
	 * The names of keys that left the deadline index because they expired, for some
	 * seconds after: a sorted set by epoch milliseconds.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String recent(int partition) {
		return inner(partition, "recent");
	}

	/**
	 * The lease of the sweeper: the id of its owner.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String sweeper(int partition) {
		return inner(partition, "sweeper");
	}

	/**
	 * The change log, a stream.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String log(int partition) {
		return inner(partition, "log");
	}

	/**
	 * The listeners that need the change log: a sorted set of their ids by the epoch
	 * milliseconds at which they were last active.
	 * @param partition the partition
	 * @return the name in Redis
	 */
	public String listeners(int partition) {
		return inner(partition, "listeners");
	}

	/**
	 * The checkpoint and the lease of a durable listener, a hash.
	 * @param partition the partition
	 * @param id the id of the listener
	 * @return the name in Redis
	 */
	public String listener(int partition, String id) {
		return inner(partition, "listener:" + id);
	}

	/**
	 * The dead letters of a durable listener, a stream.
	 * @param partition the partition
	 * @param id the id of the listener
	 * @return the name in Redis
	 */
	public String deadLetters(int partition, String id) {
		return inner(partition, "dead:" + id);
	}

	/**
	 * An event log, a stream.
	 * @param log the name of the log, whose partition is computed like that of a key
	 * @return the name in Redis
	 */
	public String eventLog(String log) {
		return inner(partitionOf(log), "eventlog:" + log);
	}

	private String inner(int partition, String what) {
		Assert.isTrue(partition >= 0 && partition < this.partitions,
				() -> "'partition' must be from 0 to %d, but is %d".formatted(this.partitions - 1, partition));
		return "kv-events:{" + this.name + ":" + partition + "}:" + what;
	}

	/**
	 * The checksum that Redis Cluster uses for slots: CRC-16/XMODEM.
	 */
	private static final class Crc16 {

		private static final int POLYNOMIAL = 0x1021;

		private static final int[] TABLE = table();

		private Crc16() {
		}

		static int of(byte[] bytes) {
			int crc = 0;
			for (byte unit : bytes) {
				crc = ((crc << 8) ^ TABLE[((crc >>> 8) ^ unit) & 0xff]) & 0xffff;
			}
			return crc;
		}

		private static int[] table() {
			int[] table = new int[256];
			for (int index = 0; index < table.length; index++) {
				int crc = index << 8;
				for (int bit = 0; bit < 8; bit++) {
					crc = (crc << 1) ^ (((crc & 0x8000) != 0) ? POLYNOMIAL : 0);
				}
				table[index] = crc & 0xffff;
			}
			return table;
		}

	}

}
