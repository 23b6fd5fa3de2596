package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.zset.Tuple;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.redis.MoveEnd.OwnKey;
import io.github.kvevents.redis.NamespaceMove.Report;
import io.github.kvevents.store.Namespace;

/**
 * One pass of a move over everything that a namespace has. Confined to one thread.
 */
final class NamespaceCopy {

	private final MoveEnd source;

	private final MoveEnd target;

	private final Namespace from;

	private final Namespace to;

	private final MoveTarget writer;

	/** What comes from one partition goes to several, or the other way round. */
	private final int classes;

	private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

	NamespaceCopy(MoveEnd source, MoveEnd target, boolean dry) {
		this.source = source;
		this.target = target;
		this.from = source.namespace();
		this.to = target.namespace();
		this.writer = new MoveTarget(target, dry);
		this.classes = greatestCommonDivisor(this.from.partitions(), this.to.partitions());
	}

	private static int greatestCommonDivisor(int one, int other) {
		return (other == 0) ? one : greatestCommonDivisor(other, one % other);
	}

	Report run() {
		List<OwnKey> own = this.source.ownKeys().stream().filter((key) -> key.partition() != null).toList();
		KeyCopy keys = new KeyCopy(this.source, this.target, this.writer);
		add(Kind.KEY, keys.copyKeys());
		add(Kind.DEADLINE, keys.copyDeadlines());
		add(Kind.SKIPPED, keys.skipped());
		Set<String> listeners = ids(own, "listener:");
		listeners.addAll(ids(own, "dead:"));
		IntStream.range(0, this.classes).forEach((number) -> copyStreams(number, listeners));
		ids(own, "eventlog:").forEach(this::copyEventLog);
		return new Report(count(Kind.KEY), count(Kind.DEADLINE), count(Kind.EXPIRY), count(Kind.CHANGE),
				count(Kind.CHECKPOINT), count(Kind.DEAD_LETTER), count(Kind.EVENT_LOG_ENTRY), count(Kind.SKIPPED));
	}

	private long count(Kind kind) {
		return this.counts.getOrDefault(kind, 0L);
	}

	private void add(Kind kind, long number) {
		this.counts.merge(kind, number, Long::sum);
	}

	private static Set<String> ids(List<OwnKey> keys, String prefix) {
		Set<String> ids = new LinkedHashSet<>();
		keys.stream()
			.filter((key) -> key.purpose().startsWith(prefix))
			.forEach((key) -> ids.add(key.purpose().substring(prefix.length())));
		return ids;
	}

	/**
	 * Copies the streams of partitions that share their keys: those whose numbers leave
	 * the same remainder.
	 */
	private void copyStreams(int remainder, Set<String> listeners) {
		List<Integer> sources = partitions(this.from, remainder);
		List<Integer> targets = partitions(this.to, remainder);
		MovedListeners moved = new MovedListeners(this.source, this.to, listeners, sources, targets);
		merge(sources, this.from::log, this.to::log, "k", true, Kind.CHANGE, moved);
		if (this.from.partitions() == this.to.partitions()) {
			copyCounters(this.from.log(remainder), this.to.log(remainder));
		}
		add(Kind.CHECKPOINT, moved.write(this.writer));
		merge(sources, this.from::expired, this.to::expired, "key", true, Kind.EXPIRY, null);
		for (String id : listeners) {
			merge(sources, (partition) -> this.from.deadLetters(partition, id),
					(partition) -> this.to.deadLetters(partition, id), "key", false, Kind.DEAD_LETTER, null);
		}
		sources.forEach((partition) -> copyActive(partition, targets));
	}

	private List<Integer> partitions(Namespace namespace, int remainder) {
		return IntStream.range(0, namespace.partitions())
			.filter((partition) -> partition % this.classes == remainder)
			.boxed()
			.toList();
	}

	/**
	 * Copies entries to the partitions of their keys.
	 * @param keyField the field that has the key
	 * @param inRedis whether that is its name in Redis
	 */
	private void merge(List<Integer> sources, IntFunction<String> stream, IntFunction<String> copy, String keyField,
			boolean inRedis, Kind kind, @Nullable MovedListeners listeners) {
		StreamMerge merge = new StreamMerge(new StreamPages(this.source.factory(), sources.size()));
		sources.forEach((partition) -> merge.add(partition, stream.apply(partition)));
		merge.forEach((partition, id, fields) -> {
			byte[] name = field(fields, keyField);
			String key = (name == null) ? null : inRedis ? this.source.names().fromRedis(name) : MoveEnd.text(name);
			boolean foreign = key == null;
			if (foreign && this.from.partitions() != this.to.partitions()) {
				add(Kind.SKIPPED, 1);
				return;
			}
			int to = foreign ? partition : this.to.partitionOf(Objects.requireNonNull(key));
			MoveTarget.Stream target = this.writer.stream(copy.apply(to));
			EntryId now = target.add(id, foreign ? fields : rewrite(fields, Objects.requireNonNull(key), to, sources));
			add(kind, 1);
			if (listeners != null) {
				listeners.added(partition, id, to, now, field(fields, "m"), target.added());
			}
		});
		this.writer.flush();
	}

	private static byte @Nullable [] field(List<byte[]> fields, String name) {
		for (int index = 0; index + 1 < fields.size(); index += 2) {
			if (Arrays.equals(fields.get(index), MoveEnd.bytes(name))) {
				return fields.get(index + 1);
			}
		}
		return null;
	}

	/**
	 * An entry of the change log, an expiry or a dead letter in the terms of the target.
	 */
	private List<byte[]> rewrite(List<byte[]> fields, String key, int partition, List<Integer> sources) {
		boolean samePartitions = this.from.partitions() == this.to.partitions();
		List<byte[]> rewritten = new ArrayList<>(fields.size());
		boolean letter = field(fields, "position") != null;
		for (int index = 0; index + 1 < fields.size(); index += 2) {
			String label = MoveEnd.text(fields.get(index));
			byte[] content = fields.get(index + 1);
			if (!letter && (label.equals("k") || label.equals("key"))) {
				content = this.target.names().toRedis(key);
			}
			else if (letter && label.equals("position") && !samePartitions) {
				KvPosition position = KvPosition.parse(MoveEnd.text(content));
				content = MoveEnd.bytes(new KvPosition(partition, position.millis(), position.sequence()).toString());
			}
			else if (label.equals("log") && sources.size() > 1) {
				// the id of a change, which may be another one in a merged log
				continue;
			}
			rewritten.add(fields.get(index));
			rewritten.add(content);
		}
		return rewritten;
	}

	/**
	 * Copies when listeners were last active: what they need isn't trimmed.
	 */
	private void copyActive(int partition, List<Integer> targets) {
		Set<Tuple> active = this.source.connections()
			.call((connection) -> connection.zSetCommands()
				.zRangeWithScores(MoveEnd.bytes(this.from.listeners(partition)), 0, -1));
		for (Tuple member : (active != null) ? active : Set.<Tuple>of()) {
			targets.forEach((to) -> this.writer.score(this.to.listeners(to), MoveEnd.text(member.getValue()),
					member.getScore()));
		}
	}

	private void copyEventLog(String log) {
		String copy = this.to.eventLog(log);
		StreamMerge merge = new StreamMerge(new StreamPages(this.source.factory(), 1));
		merge.add(0, this.from.eventLog(log));
		merge.forEach((partition, id, fields) -> {
			this.writer.stream(copy).add(id, fields);
			add(Kind.EVENT_LOG_ENTRY, 1);
		});
		copyCounters(this.from.eventLog(log), copy);
		this.writer.flush();
	}

	private void copyCounters(String stream, String copy) {
		List<byte[]> counters = this.source.counters(stream);
		if (!counters.isEmpty()) {
			this.writer.stream(copy).setCounters(counters);
		}
	}

	/**
	 * What is counted.
	 */
	private enum Kind {

		KEY, DEADLINE, EXPIRY, CHANGE, CHECKPOINT, DEAD_LETTER, EVENT_LOG_ENTRY, SKIPPED

	}

}
