package io.github.kvevents.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.store.Namespace;

/**
 * The checkpoints of listeners in partitions whose change logs are merged into one
 * sequence and distributed anew. With the same partitions at both ends they are copied as
 * they are. Otherwise a listener resumes in each partition behind the last entry that all
 * partitions it came from are done with.
 */
final class MovedListeners {

	/** What holds for an instance that is gone. */
	private static final Set<String> OF_AN_INSTANCE = Set.of("owner", "until", "lease", "taken", "obeyed", "removed");

	private static final EntryId LAST = new EntryId(Long.MAX_VALUE, Long.MAX_VALUE);

	private final Namespace target;

	private final List<Integer> to;

	private final boolean asTheyAre;

	private final List<Moved> listeners = new ArrayList<>();

	/** By source partition, the last id that its log gave. */
	private final Map<Integer, EntryId> ends = new HashMap<>();

	/**
	 * Reads the checkpoints.
	 * @param ids the ids of the listeners
	 * @param from the partitions whose logs are merged
	 * @param to the partitions over which they are distributed
	 */
	MovedListeners(MoveEnd source, Namespace target, Collection<String> ids, List<Integer> from, List<Integer> to) {
		this.target = target;
		this.to = to;
		this.asTheyAre = source.namespace().partitions() == target.partitions();
		for (int partition : from) {
			List<byte[]> counters = source.counters(source.namespace().log(partition));
			this.ends.put(partition, counters.isEmpty() ? EntryId.ZERO : EntryId.parse(MoveEnd.text(counters.get(0))));
		}
		for (String id : ids) {
			Moved listener = new Moved(id);
			for (int partition : from) {
				Map<String, String> fields = source.hash(source.namespace().listener(partition, id));
				fields.keySet()
					.removeIf((field) -> OF_AN_INSTANCE.contains(field) || field.startsWith("instance:")
							|| field.startsWith("claim:"));
				listener.stored.put(partition, fields);
			}
			this.listeners.add(listener);
		}
	}

	/**
	 * Notes that an entry was added to a log.
	 * @param partition the partition that it is from
	 * @param id its id there
	 * @param to its partition now
	 * @param now its id now
	 * @param header its header
	 * @param ordinal how many entries that partition has now
	 */
	void added(int partition, EntryId id, int to, EntryId now, byte @Nullable [] header, long ordinal) {
		if (this.asTheyAre) {
			return;
		}
		for (Moved listener : this.listeners) {
			if (!id.isAfter(listener.bound())) {
				listener.reached.put(to, Map.of("checkpoint", now.toString(), "operation", operation(header, to, now),
						"ordinal", String.valueOf(ordinal)));
			}
			else if (listener.of(partition).containsKey("aside:" + id)) {
				listener.deadLettered.computeIfAbsent(to, (key) -> new HashMap<>()).put("aside:" + now, "1");
			}
		}
	}

	private static String operation(byte @Nullable [] header, int partition, EntryId id) {
		try {
			String operation = (header != null) ? EntryHeader.decode(header).operationId() : "";
			return operation.isEmpty() ? new KvPosition(partition, id.millis(), id.sequence()).toString() : operation;
		}
		catch (IllegalArgumentException ex) {
			return "";
		}
	}

	/**
	 * Writes the checkpoints.
	 * @return how many there were
	 */
	long write(MoveTarget writer) {
		for (Moved listener : this.listeners) {
			if (this.asTheyAre) {
				listener.stored
					.forEach((partition, fields) -> writer.hash(this.target.listener(partition, listener.id), fields));
			}
			else if (listener.checkpoints() > 0) {
				this.to.forEach((partition) -> writer.hash(this.target.listener(partition, listener.id),
						listener.fields(partition)));
			}
		}
		return this.listeners.stream().mapToLong(Moved::checkpoints).sum();
	}

	/**
	 * A listener.
	 */
	private final class Moved {

		private final String id;

		/** By partition. */
		private final Map<Integer, Map<String, String>> stored = new HashMap<>();

		/** By new partition, the checkpoint. */
		private final Map<Integer, Map<String, String>> reached = new HashMap<>();

		/** By new partition, what it has among its dead letters. */
		private final Map<Integer, Map<String, String>> deadLettered = new HashMap<>();

		private @Nullable EntryId bound;

		Moved(String id) {
			this.id = id;
		}

		Map<String, String> of(int partition) {
			return Objects.requireNonNull(this.stored.get(partition));
		}

		long checkpoints() {
			return this.stored.values().stream().filter((fields) -> fields.containsKey("checkpoint")).count();
		}

		/**
		 * The last id up to which it is done in all partitions. One that it has read to
		 * its end sets no bound.
		 */
		EntryId bound() {
			EntryId bound = this.bound;
			if (bound == null) {
				bound = LAST;
				for (Map.Entry<Integer, Map<String, String>> part : this.stored.entrySet()) {
					EntryId checkpoint = EntryId.parse(part.getValue().getOrDefault("checkpoint", "0-0"));
					boolean atEnd = !Objects.requireNonNull(MovedListeners.this.ends.get(part.getKey()))
						.isAfter(checkpoint);
					bound = (atEnd || checkpoint.isAfter(bound)) ? bound : checkpoint;
				}
				this.bound = bound;
			}
			return bound;
		}

		Map<String, String> fields(int partition) {
			Map<String, String> fields = new HashMap<>(
					this.reached.getOrDefault(partition, Map.of("checkpoint", "0-0", "operation", "", "ordinal", "0")));
			fields.put("trail", "");
			fields.put("epoch",
					String.valueOf(this.stored.values()
						.stream()
						.mapToLong((each) -> Long.parseLong(each.getOrDefault("epoch", "0")))
						.max()
						.orElse(0)));
			if (this.stored.values().stream().anyMatch((each) -> each.containsKey("paused"))) {
				fields.put("paused", "1");
			}
			fields.putAll(this.deadLettered.getOrDefault(partition, Map.of()));
			return fields;
		}

	}

}
