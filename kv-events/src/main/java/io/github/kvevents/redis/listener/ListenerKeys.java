package io.github.kvevents.redis.listener;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.store.Namespace;

/**
 * The keys of durable listeners in Redis, and how their scripts take and return values.
 */
final class ListenerKeys {

	private final Namespace namespace;

	ListenerKeys(Namespace namespace) {
		this.namespace = namespace;
	}

	/**
	 * The checkpoint and the lease of a listener.
	 */
	byte[] hash(int partition, String listener) {
		return bytes(this.namespace.listener(partition, listener));
	}

	byte[] hash(Lease lease) {
		return hash(lease.partition(), lease.listener());
	}

	/**
	 * The dead letters of a listener.
	 */
	byte[] letters(int partition, String listener) {
		return bytes(this.namespace.deadLetters(partition, listener));
	}

	/**
	 * Checkpoint, lease and dead letters of a listener.
	 */
	List<byte[]> both(int partition, String listener) {
		return List.of(hash(partition, listener), letters(partition, listener));
	}

	/**
	 * When each listener that needs the log was last active.
	 */
	byte[] active(int partition) {
		return bytes(this.namespace.listeners(partition));
	}

	static List<byte[]> arguments(Object... arguments) {
		List<byte[]> list = new ArrayList<>();
		Stream.of(arguments).forEach((argument) -> list.add(bytes(String.valueOf(argument))));
		return list;
	}

	/**
	 * A position without its partition, which is that of the hash.
	 */
	static String entryId(KvPosition position) {
		return position.millis() + "-" + position.sequence();
	}

	/**
	 * The opposite, of what may have been overwritten by another client.
	 * @return the position, that before the first entry if it can't be read: nothing is
	 * missed
	 */
	static KvPosition position(int partition, String entryId) {
		try {
			return KvPosition.parse(partition + ":" + entryId);
		}
		catch (IllegalArgumentException ex) {
			return new KvPosition(partition, 0, 0);
		}
	}

	static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The hash that Redis keeps for a partition of a listener, as HGETALL returns it.
	 */
	static final class StoredFields {

		private static final String DEAD_LETTERED = "aside:";

		private final int partition;

		private final Map<String, String> fields = new HashMap<>();

		StoredFields(int partition, List<?> reply) {
			this.partition = partition;
			for (int index = 0; index + 1 < reply.size(); index += 2) {
				this.fields.put(text(reply.get(index)), text(reply.get(index + 1)));
			}
		}

		long epoch() {
			return number("epoch", 0);
		}

		boolean isPaused() {
			return this.fields.containsKey("paused");
		}

		@Nullable Checkpoint checkpoint() {
			String entryId = this.fields.get("checkpoint");
			if (entryId == null) {
				return null;
			}
			KvPosition position = position(this.partition, entryId);
			return isCheckpointUnreadable() ? new Checkpoint(position, "", -1, History.EMPTY) : new Checkpoint(position,
					this.fields.getOrDefault("operation", ""), number("ordinal", -1), history());
		}

		/**
		 * Whether another client has overwritten the checkpoint with something else.
		 */
		boolean isCheckpointUnreadable() {
			String entryId = this.fields.get("checkpoint");
			return entryId != null && !entryId(position(this.partition, entryId)).equals(entryId);
		}

		private History history() {
			try {
				return History.parse(this.fields.getOrDefault("trail", ""));
			}
			catch (RuntimeException ex) {
				// only a failover of the server needs it
				return History.EMPTY;
			}
		}

		private long number(String field, long otherwise) {
			try {
				return Long.parseLong(this.fields.getOrDefault(field, ""));
			}
			catch (NumberFormatException ex) {
				return otherwise;
			}
		}

		Set<KvPosition> deadLettered() {
			return this.fields.keySet()
				.stream()
				.filter((name) -> name.startsWith(DEAD_LETTERED))
				.map((name) -> position(this.partition, name.substring(DEAD_LETTERED.length())))
				.collect(Collectors.toSet());
		}

	}

}
