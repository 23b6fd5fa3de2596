package io.github.kvevents.redis.listener;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.store.LoggedChange;

/**
 * Dead letters as fields of a stream's entry.
 */
final class LetterFields {

	private LetterFields() {
	}

	static List<byte[]> write(LoggedChange change, Failure failure) {
		List<byte[]> fields = new ArrayList<>();
		add(fields, "position", change.position().toString());
		add(fields, "type", change.type().name());
		add(fields, "key", change.key());
		add(fields, "value", change.value());
		add(fields, "previous", change.previousValue());
		add(fields, "origin", change.origin());
		add(fields, "operation", change.operationId());
		add(fields, "occurred", change.occurredAt().toString());
		add(fields, "detected", change.detectedAt().toString());
		KvBatch batch = change.batch();
		if (batch != null) {
			add(fields, "batch", batch.index() + " " + batch.size() + " " + batch.id());
		}
		add(fields, "attempts", String.valueOf(failure.attempts()));
		add(fields, "error", failure.error());
		add(fields, "message", failure.message());
		return fields;
	}

	private static void add(List<byte[]> fields, String name, String value) {
		add(fields, name, bytes(value));
	}

	private static void add(List<byte[]> fields, String name, byte @Nullable [] value) {
		if (value != null) {
			fields.add(bytes(name));
			fields.add(value);
		}
	}

	/**
	 * Reads what a script returns for an entry: its id and its fields.
	 */
	static StoredLetter read(List<?> entry) {
		String id = text((byte[]) entry.get(0));
		Map<String, byte[]> fields = new HashMap<>();
		List<?> list = (List<?>) entry.get(1);
		for (int index = 0; index + 1 < list.size(); index += 2) {
			fields.put(text((byte[]) list.get(index)), (byte[]) list.get(index + 1));
		}
		LoggedChange change = new LoggedChange(KvPosition.parse(text(fields, "position")),
				KvEventType.valueOf(text(fields, "type")), text(fields, "key"), fields.get("value"),
				fields.get("previous"), text(fields, "origin"), text(fields, "operation"),
				Instant.parse(text(fields, "occurred")), Instant.parse(text(fields, "detected")),
				batch(fields.get("batch")));
		Failure failure = new Failure(Integer.parseInt(text(fields, "attempts")), text(fields, "error"),
				text(fields, "message"));
		return new StoredLetter(id, change, failure, Long.parseLong(id.substring(0, id.indexOf('-'))));
	}

	private static @Nullable KvBatch batch(byte @Nullable [] field) {
		if (field == null) {
			return null;
		}
		String[] words = text(field).split(" ", 3);
		return new KvBatch(words[2], Integer.parseInt(words[0]), Integer.parseInt(words[1]));
	}

	private static String text(Map<String, byte[]> fields, String name) {
		return text(Objects.requireNonNull(fields.get(name), name));
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
