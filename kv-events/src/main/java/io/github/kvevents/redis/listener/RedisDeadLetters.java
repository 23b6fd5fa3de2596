package io.github.kvevents.redis.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.listener.ListenerStore.DeadLetterOutcome;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.redis.StreamPages;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * The dead letters of durable listeners, as {@link ListenerStore} describes them: a
 * stream for each listener and partition.
 */
final class RedisDeadLetters {

	private static final Log logger = LogFactory.getLog(RedisListenerStore.class);

	private static final RedisScript ADD = script("add-dead-letter");

	private static final RedisScript CLAIM = script("claim-dead-letter");

	private static final RedisScript COMPLETE = script("complete-dead-letter");

	private static final RedisScript DISCARD = script("discard-dead-letters");

	private final RedisConnections connections;

	private final StreamPages pages;

	private final ListenerKeys keys;

	private final AtomicBoolean warned = new AtomicBoolean();

	RedisDeadLetters(RedisConnections connections, StreamPages pages, ListenerKeys keys) {
		this.connections = connections;
		this.pages = pages;
		this.keys = keys;
	}

	private static RedisScript script(String name) {
		return RedisScript.load(RedisDeadLetters.class, name + ".lua");
	}

	DeadLetterOutcome add(Lease lease, LoggedChange change, Failure failure) {
		List<byte[]> arguments = ListenerKeys.arguments(lease.instance(), lease.epoch(),
				ListenerKeys.entryId(change.position()));
		arguments.addAll(LetterFields.write(change, failure));
		long reply = this.connections.call(
				(connection) -> ADD.count(connection, this.keys.both(lease.partition(), lease.listener()), arguments));
		return (reply == 0) ? DeadLetterOutcome.LOST : (reply == 1) ? DeadLetterOutcome.ADDED : DeadLetterOutcome.KNOWN;
	}

	/**
	 * Letters that another client has written are left out, and don't count.
	 */
	List<StoredLetter> list(int partition, String listener, @Nullable String after, int limit) {
		List<StoredLetter> letters = new ArrayList<>();
		List<StreamPages.Entry> entries;
		String last = after;
		int wanted;
		do {
			wanted = limit - letters.size();
			entries = pages(partition, listener, last, wanted, UnaryOperator.identity());
			entries.stream()
				.map((entry) -> read(listener, List.of(ListenerKeys.bytes(entry.id()), entry.fields())))
				.flatMap(Optional::stream)
				.forEach(letters::add);
			last = entries.isEmpty() ? last : entries.get(entries.size() - 1).id();
		}
		while (entries.size() == wanted && letters.size() < limit);
		return letters;
	}

	List<String> listIds(int partition, String listener, int limit) {
		return pages(partition, listener, null, limit, StreamPages.Request::idsOnly).stream()
			.map(StreamPages.Entry::id)
			.toList();
	}

	private List<StreamPages.Entry> pages(int partition, String listener, @Nullable String after, int limit,
			UnaryOperator<StreamPages.Request> kind) {
		byte[] stream = this.keys.letters(partition, listener);
		List<StreamPages.Entry> entries = new ArrayList<>();
		StreamPages.Page page;
		String from = (after != null) ? "(" + after : "-";
		do {
			page = this.pages.read(kind.apply(StreamPages.Request.forwards(stream, from, limit - entries.size())),
					(id) -> id + " of " + ListenerKeys.text(stream));
			entries.addAll(page.entries());
			from = entries.isEmpty() ? from : "(" + entries.get(entries.size() - 1).id();
		}
		while (page.more() && entries.size() < limit);
		return entries;
	}

	@Nullable StoredLetter claim(int partition, String listener, String letter, String instance, Duration duration) {
		List<?> letters = this.connections
			.call((connection) -> CLAIM.list(connection, this.keys.both(partition, listener),
					ListenerKeys.arguments(letter, instance, Delay.of(duration).toMillis())));
		return letters.isEmpty() ? null : read(listener, (List<?>) letters.get(0)).orElse(null);
	}

	/**
	 * Reads a letter, unless another client has written it.
	 */
	private Optional<StoredLetter> read(String listener, List<?> entry) {
		try {
			return Optional.of(LetterFields.read(entry));
		}
		catch (RuntimeException ex) {
			String message = "The dead letter %s of listener '%s' is none of ours and is left out: discard it"
				.formatted(ListenerKeys.text(entry.get(0)), KeyText.printable(listener));
			if (this.warned.compareAndSet(false, true)) {
				logger.warn(message + ", as any other of which this is logged at DEBUG ("
						+ KeyText.printable(String.valueOf(ex.getMessage())) + ")");
			}
			else {
				logger.debug(message, ex);
			}
			return Optional.empty();
		}
	}

	void complete(int partition, String listener, StoredLetter letter, String instance, @Nullable Failure failure) {
		List<byte[]> arguments = ListenerKeys.arguments(letter.id(), instance);
		if (failure != null) {
			arguments.addAll(LetterFields.write(letter.change(), failure));
		}
		this.connections
			.call((connection) -> COMPLETE.test(connection, this.keys.both(partition, listener), arguments));
	}

	long discard(int partition, String listener, List<String> letters) {
		List<byte[]> arguments = letters.stream().map(ListenerKeys::bytes).toList();
		return this.connections
			.call((connection) -> DISCARD.count(connection, this.keys.both(partition, listener), arguments));
	}

	/**
	 * Dead letters as fields of a stream's entry.
	 */
	private static final class LetterFields {

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
			if (!change.headers().isEmpty()) {
				add(fields, "headers", change.headers().encoded());
			}
			add(fields, "attempts", String.valueOf(failure.attempts()));
			add(fields, "error", failure.error());
			add(fields, "message", failure.message());
			return fields;
		}

		private static void add(List<byte[]> fields, String name, String value) {
			add(fields, name, ListenerKeys.bytes(value));
		}

		private static void add(List<byte[]> fields, String name, byte @Nullable [] value) {
			if (value != null) {
				fields.add(ListenerKeys.bytes(name));
				fields.add(value);
			}
		}

		/**
		 * Reads what a script returns for an entry: its id and its fields.
		 */
		static StoredLetter read(List<?> entry) {
			String id = ListenerKeys.text((byte[]) entry.get(0));
			Map<String, byte[]> fields = new HashMap<>();
			List<?> list = (List<?>) entry.get(1);
			for (int index = 0; index + 1 < list.size(); index += 2) {
				fields.put(ListenerKeys.text((byte[]) list.get(index)), (byte[]) list.get(index + 1));
			}
			LoggedChange change = new LoggedChange(KvPosition.parse(text(fields, "position")),
					KvEventType.valueOf(text(fields, "type")), text(fields, "key"), fields.get("value"),
					fields.get("previous"), text(fields, "origin"), text(fields, "operation"),
					Instant.parse(text(fields, "occurred")), Instant.parse(text(fields, "detected")),
					batch(fields.get("batch")), KvHeaders.decode(fields.get("headers")))
				.requireConsistent();
			Failure failure = new Failure(Integer.parseInt(text(fields, "attempts")), text(fields, "error"),
					text(fields, "message"));
			return new StoredLetter(id, change, failure, Long.parseLong(id.substring(0, id.indexOf('-'))));
		}

		private static @Nullable KvBatch batch(byte @Nullable [] field) {
			if (field == null) {
				return null;
			}
			String[] words = ListenerKeys.text(field).split(" ", 3);
			return new KvBatch(words[2], Integer.parseInt(words[0]), Integer.parseInt(words[1]));
		}

		private static String text(Map<String, byte[]> fields, String name) {
			return ListenerKeys.text(Objects.requireNonNull(fields.get(name), name));
		}

	}

}
