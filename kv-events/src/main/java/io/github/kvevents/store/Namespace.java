package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The namespace of applications that share data: the names of the keys of this library in
 * Redis, and the partitions over which keys are distributed.
 * <p>
 * In the plain layout the keys of the application keep their names. In the tagged layout,
 * for Redis Cluster, the {@linkplain #tag(int) tag} of its partition is in front of each
 * of them, so that a key, its deadline and its log entry share a slot. The tags are
 * chosen so that the slots of the partitions have equal distances.
 */
public final class Namespace {

	/**
	 * The most partitions there can be, as many as a Redis Cluster has slots.
	 */
	public static final int MAX_PARTITIONS = 16384;

	/**
	 * The most partitions there can be in the tagged layout.
	 */
	public static final int MAX_TAGGED_PARTITIONS = 1024;

	/**
	 * Braces would change the slots in a cluster; control characters would garble log
	 * lines.
	 */
	private static final Pattern FORBIDDEN = Pattern.compile("[{}\\p{Cntrl}]");

	/**
	 * Such keys could be confused with those of a partition of another namespace.
	 */
	private static final Pattern PARTITION_AT_END = Pattern.compile(":\\d+(-\\d+)?\\z");

	private final String name;

	private final int partitions;

	private final boolean tagged;

	/** By partition, what is between the braces of its keys. */
	private final List<String> tags;

	/**
	 * Creates a namespace in the plain layout.
	 * @param name the name of the namespace, by default the application's
	 * @param partitions how many partitions there are, the same in all applications that
	 * share the namespace, at most {@link #MAX_PARTITIONS}
	 */
	public Namespace(String name, int partitions) {
		this(name, partitions, false);
	}

	private Namespace(String name, int partitions, boolean tagged) {
		Assert.hasText(name, "'name' of a namespace must not be blank: set 'kv.events.namespace'");
		Assert.isTrue(!FORBIDDEN.matcher(name).find(),
				"'name' of a namespace must have neither braces nor control characters, but is '%s': "
					.formatted(FORBIDDEN.matcher(name).replaceAll("?")) + "set 'kv.events.namespace'");
		Assert.isTrue(!PARTITION_AT_END.matcher(name).find(),
				"'name' of a namespace must not end with a colon and a number, as the names of partitions do, but is '%s': "
					.formatted(name) + "set 'kv.events.namespace'");
		int most = tagged ? MAX_TAGGED_PARTITIONS : MAX_PARTITIONS;
		Assert.isTrue(partitions >= 1 && partitions <= most, () -> "'partitions' must be from 1 to %d%s, but is %d"
			.formatted(most, tagged ? " in Redis Cluster" : "", partitions));
		this.name = name;
		this.partitions = partitions;
		this.tagged = tagged;
		this.tags = IntStream.range(0, partitions).mapToObj(this::findTag).toList();
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
	 * Creates a namespace in the tagged layout.
	 * @param name the name, as above
	 * @param partitions how many partitions there are, at most
	 * {@link #MAX_TAGGED_PARTITIONS}
	 * @return the namespace
	 */
	public static Namespace tagged(String name, int partitions) {
		return new Namespace(name, partitions, true);
	}

	/**
	 * The name of the namespace.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * How many partitions there are.
	 * @return the number, at least 1
	 */
	public int partitions() {
		return this.partitions;
	}

	/**
	 * Whether the keys of the application have the tag of their partition in front.
	 * @return {@code false} in the plain layout
	 */
	public boolean isTagged() {
		return this.tagged;
	}

	/**
	 * The hash tag of the keys of a partition. In the tagged layout its slot is in the
	 * partition's share of the slots: from {@code partition * 16384 / partitions} to
	 * below that of the next partition.
	 * @param partition the partition
	 * @return the tag, without braces
	 */
	public String tag(int partition) {
		Assert.isTrue(partition >= 0 && partition < this.partitions,
				() -> "'partition' must be from 0 to %d, but is %d".formatted(this.partitions - 1, partition));
		return this.tags.get(partition);
	}

	private String findTag(int partition) {
		String tag = this.name + ":" + partition;
		if (!this.tagged) {
			return tag;
		}
		int from = partition * ClusterSlots.COUNT / this.partitions;
		int to = (partition + 1) * ClusterSlots.COUNT / this.partitions;
		return IntStream.iterate(0, (suffix) -> suffix + 1)
			.mapToObj((suffix) -> tag + "-" + suffix)
			.filter((candidate) -> {
				int slot = ClusterSlots.slotOf(candidate.getBytes(StandardCharsets.UTF_8));
				return slot >= from && slot < to;
			})
			.findFirst()
			.orElseThrow();
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
		return ClusterSlots.hashOf(key.getBytes(StandardCharsets.UTF_8)) % this.partitions;
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
		return "kv-events:{" + tag(partition) + "}:" + what;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Namespace that && this.name.equals(that.name) && this.partitions == that.partitions
				&& this.tagged == that.tagged;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.name, this.partitions, this.tagged);
	}

	@Override
	public String toString() {
		return "Namespace[name=%s, partitions=%d, tagged=%s]".formatted(this.name, this.partitions, this.tagged);
	}

}
