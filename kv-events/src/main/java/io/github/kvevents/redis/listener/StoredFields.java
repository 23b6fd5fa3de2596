package io.github.kvevents.redis.listener;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.CheckpointHistory;

/**
 * The hash that Redis keeps for a partition of a listener, as HGETALL returns it.
 */
final class StoredFields {

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
		return Long.parseLong(this.fields.getOrDefault("epoch", "0"));
	}

	boolean isPaused() {
		return this.fields.containsKey("paused");
	}

	@Nullable Checkpoint checkpoint() {
		String position = this.fields.get("checkpoint");
		return (position != null) ? new Checkpoint(position(position), this.fields.getOrDefault("operation", ""),
				Long.parseLong(this.fields.getOrDefault("ordinal", "-1")),
				CheckpointHistory.parse(this.fields.getOrDefault("trail", ""))) : null;
	}

	Set<KvPosition> deadLettered() {
		return this.fields.keySet()
			.stream()
			.filter((name) -> name.startsWith(DEAD_LETTERED))
			.map((name) -> position(name.substring(DEAD_LETTERED.length())))
			.collect(Collectors.toSet());
	}

	private KvPosition position(String text) {
		return KvPosition.parse(this.partition + ":" + text);
	}

	/**
	 * A position without its partition, which is that of the hash.
	 */
	static String text(KvPosition position) {
		return position.millis() + "-" + position.sequence();
	}

	private static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

}
