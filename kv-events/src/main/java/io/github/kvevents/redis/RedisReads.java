package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.redis.BoundedReads.ValuePages;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.PageSize;

/**
 * Reads keys for the application, possibly from replicas, whose values may lag. Many
 * values are read in pages that are bounded in bytes.
 */
final class RedisReads {

	/** How many keys to read at once while their sizes are unknown. */
	private static final int FIRST_PAGE = 4;

	private final RedisConnections primary;

	private final RedisConnections reads;

	private final KeyNames names;

	private final ValuePages pages;

	/**
	 * Shared with the reads of the primary, so that both know the sizes of values.
	 */
	private final PageSize pageSize;

	/**
	 * Creates the reads; nothing is sent.
	 * @param primary connections to the primary
	 * @param reads connections for reads, the same object if these are of the primary too
	 * @param names maps keys to their names in Redis
	 * @param pages reads from the primary
	 */
	RedisReads(RedisConnections primary, RedisConnections reads, KeyNames names, ValuePages pages) {
		this(primary, reads, names, pages, new PageSize(1, FIRST_PAGE));
	}

	private RedisReads(RedisConnections primary, RedisConnections reads, KeyNames names, ValuePages pages,
			PageSize pageSize) {
		this.primary = primary;
		this.reads = reads;
		this.names = names;
		this.pages = pages;
		this.pageSize = pageSize;
	}

	/**
	 * The same reads from the primary, this object if it reads from there.
	 */
	RedisReads ofPrimary() {
		return (this.reads == this.primary) ? this
				: new RedisReads(this.primary, this.primary, this.names, this.pages, this.pageSize);
	}

	/**
	 * Notes the sizes of values that are written: they may be read later.
	 */
	void saw(StoreWrite write) {
		this.pageSize.saw(write.value().length);
	}

	void saw(List<StoreWrite> writes) {
		this.pageSize.succeeded(writes.size(), writes.stream().mapToLong((write) -> write.value().length).sum());
	}

	byte @Nullable [] get(String key) {
		byte[] name = this.names.toRedis(key);
		return this.reads.call((connection) -> connection.stringCommands().get(name));
	}

	List<Optional<byte[]>> getAll(Collection<String> keys) {
		List<byte[]> names = keys.stream().map(this.names::toRedis).toList();
		if (names.isEmpty()) {
			return List.of();
		}
		if (this.reads == this.primary) {
			return this.primary.isCluster() ? getSlots(names) : getPages(names);
		}
		// from a replica: scripts run on the primary
		List<Optional<byte[]>> values = new ArrayList<>(names.size());
		while (values.size() < names.size()) {
			int count = this.pageSize.count(Math.min(RedisBatch.MAX_KEYS, names.size() - values.size()));
			values.addAll(getPage(names.subList(values.size(), values.size() + count)));
		}
		return values;
	}

	/**
	 * In Redis Cluster a script may touch keys of one slot only.
	 */
	private List<Optional<byte[]>> getSlots(List<byte[]> names) {
		Collection<List<Integer>> slots = this.primary.groups(names);
		List<Supplier<List<Optional<byte[]>>>> reads = new ArrayList<>();
		slots.forEach((indexes) -> reads.add(() -> getPages(indexes.stream().map(names::get).toList())));
		Iterator<List<Optional<byte[]>>> read = ParallelCalls.run(reads).iterator();
		List<Optional<byte[]>> values = new ArrayList<>(Collections.nCopies(names.size(), Optional.empty()));
		for (List<Integer> indexes : slots) {
			List<Optional<byte[]>> found = read.next();
			for (int number = 0; number < indexes.size(); number++) {
				values.set(indexes.get(number), found.get(number));
			}
		}
		return values;
	}

	private List<Optional<byte[]>> getPages(List<byte[]> names) {
		return new ValueRun(this.pages, names).read();
	}

	/**
	 * Reads some keys; fewer if they are too large together.
	 */
	private List<Optional<byte[]>> getPage(List<byte[]> names) {
		try {
			List<byte[]> values = this.reads
				.call((connection) -> connection.stringCommands().mGet(names.toArray(byte[][]::new)));
			this.pageSize.succeeded(values.size(),
					values.stream().filter(Objects::nonNull).mapToLong((value) -> value.length).sum());
			return values.stream().map(Optional::ofNullable).toList();
		}
		catch (DataAccessException | OutOfMemoryError ex) {
			this.pageSize.failed();
			int count = this.pageSize.count(names.size());
			if (count == names.size()) {
				throw ex;
			}
			return getPage(names.subList(0, count));
		}
	}

	boolean exists(String key) {
		byte[] name = this.names.toRedis(key);
		return this.reads.call((connection) -> Boolean.TRUE.equals(connection.keyCommands().exists(name)));
	}

	@Nullable Duration getTimeToLive(String key) {
		byte[] name = this.names.toRedis(key);
		Long millis = this.reads.call((connection) -> connection.keyCommands().pTtl(name));
		// -2: no such key, -1: it never expires
		return (millis != null && millis >= 0) ? Duration.ofMillis(millis) : null;
	}

	Stream<String> keys(String prefix) {
		return KeyStream.open(this.reads, this.names, prefix);
	}

}
