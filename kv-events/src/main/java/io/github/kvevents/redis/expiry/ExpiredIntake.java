package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.util.Assert;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.redis.KeyNames;

/**
 * Passes expiries of one partition that the server assigned to this instance to the
 * handler, each once.
 */
final class ExpiredIntake {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_READ = 100;

	private final ExpiredStream stream;

	private final KeyNames names;

	private final InFlight inFlight;

	private final Handler handler;

	private final TrackingCounters counters;

	ExpiredIntake(ExpiredStream stream, KeyNames names, InFlight inFlight, Handler handler, TrackingCounters counters) {
		this.stream = stream;
		this.names = names;
		this.inFlight = inFlight;
		this.handler = handler;
		this.counters = counters;
	}

	/**
	 * Takes a new expiry.
	 */
	void take(ByteRecord entry) {
		take(entry.getId().getValue(), this.inFlight::add, () -> ExpiredEntry.of(entry));
	}

	/**
	 * Takes an expiry that the server assigned to this instance in the reply to a write.
	 * @param handler handles it and runs the given callback when done
	 */
	void take(TakenExpiry expiry, Consumer<Runnable> handler) {
		if (this.inFlight.add(expiry.id())) {
			this.inFlight.handling(expiry);
			handler.accept(() -> this.inFlight.done(expiry));
		}
	}

	/**
	 * Takes expiries that are redelivered.
	 * @param reading open since before they were read
	 */
	void takeAgain(List<List<?>> entries, InFlight.Reading reading) {
		for (List<?> entry : entries) {
			if (take(ExpiredStream.id(entry), reading::add, () -> ExpiredEntry.of(entry))) {
				this.counters.redelivered();
			}
		}
	}

	/**
	 * Takes new expiries.
	 */
	void takeNew(List<List<?>> entries) {
		takeNew(entries, this.inFlight::add);
	}

	/**
	 * Takes expiries that another instance has handed to this one.
	 * @param reading open since before they were read
	 */
	void takeHanded(List<List<?>> entries, InFlight.Reading reading) {
		takeNew(entries, reading::add);
	}

	private void takeNew(List<List<?>> entries, Predicate<String> addition) {
		entries.forEach((entry) -> take(ExpiredStream.id(entry), addition, () -> ExpiredEntry.of(entry)));
	}

	/**
	 * Takes the expiries that are assigned to this instance but not in flight here: a
	 * reply was lost, or the instance was restarted under the same id.
	 * @param stopped whether to stop before all are taken
	 */
	void resume(BooleanSupplier stopped) {
		String after = ExpiredStream.START;
		do {
			try (InFlight.Reading reading = this.inFlight.openReading()) {
				ExpiredStream.Page page = this.stream.resume(after, MAX_READ);
				takeAgain(page.entries(), reading);
				after = page.next();
			}
		}
		while (!after.equals(ExpiredStream.START) && !stopped.getAsBoolean());
	}

	/**
	 * Handles expiries in flight once more, for a receiver that was added.
	 */
	void handleAgain(RedisConnection connection, List<TakenExpiry> expiries) {
		for (TakenExpiry expiry : expiries) {
			List<List<?>> entries = this.stream.fetch(connection, List.of(), List.of(expiry.id())).entries();
			if (entries.isEmpty()) {
				this.inFlight.remove(List.of(expiry.id()));
			}
			else {
				handle(ExpiredEntry.of(entries.get(0)), expiry);
			}
		}
	}

	/**
	 * Takes an expiry unless it is in flight already.
	 */
	private boolean take(String id, Predicate<String> addition, Supplier<ExpiredEntry> read) {
		if (!addition.test(id)) {
			return false;
		}
		try {
			ExpiredEntry entry = read.get();
			handle(entry, entry.taken(this.names));
		}
		catch (RuntimeException ex) {
			logger.warn("Dropped entry " + id + " of the stream of expiries: it can't be read", ex);
			this.inFlight.done(TakenExpiry.unreadable(id));
		}
		return true;
	}

	private void handle(ExpiredEntry entry, TakenExpiry expiry) {
		this.inFlight.handling(expiry);
		this.handler.handle(entry, expiry, () -> this.inFlight.done(expiry));
	}

	/**
	 * Delivers an expiry to the receivers of this instance.
	 */
	interface Handler {

		/**
		 * Handles an expiry on another thread.
		 * @param done runs when all receivers are done
		 */
		void handle(ExpiredEntry entry, TakenExpiry expiry, Runnable done);

	}

	/**
	 * One entry of the stream of expiries, as the scripts write it.
	 *
	 * @param id its id in the stream
	 * @param name the name of the key in Redis
	 * @param deadline the deadline of the key, in epoch milliseconds
	 * @param detectedAt when the expiry was detected, in epoch milliseconds
	 * @param detectedBy the id of the instance that detected it
	 * @param value the last value, {@code null} if it was no string
	 * @param logId the id of its entry in the change log, {@code null} without a log
	 * @param note the receivers in other instances that have received it, {@code null} if
	 * it was not handed on
	 * @param headers what the expiry carries besides its value
	 */
	record ExpiredEntry(String id, byte[] name, long deadline, long detectedAt, String detectedBy,
			byte @Nullable [] value, @Nullable String logId, @Nullable String note, KvHeaders headers) {

		private static final Pattern TIME = Pattern.compile("[0-9]{1,18}");

		/**
		 * Reads an entry.
		 * @throws IllegalArgumentException if it is malformed
		 */
		static ExpiredEntry of(ByteRecord entry) {
			Map<String, byte[]> fields = new HashMap<>();
			entry.getValue().forEach((name, value) -> fields.put(text(name), value));
			return of(entry.getId().getValue(), fields);
		}

		/**
		 * Reads an entry from the reply of a script: its id and a list of its fields.
		 * @throws IllegalArgumentException if it is malformed
		 */
		static ExpiredEntry of(List<?> entry) {
			Map<String, byte[]> fields = new HashMap<>();
			List<?> flat = (List<?>) entry.get(1);
			for (int index = 0; index + 1 < flat.size(); index += 2) {
				fields.put(text((byte[]) flat.get(index)), (byte[]) flat.get(index + 1));
			}
			return of(text((byte[]) entry.get(0)), fields);
		}

		private static ExpiredEntry of(String id, Map<String, byte[]> fields) {
			byte[] logId = fields.get("log");
			byte[] note = fields.get("note");
			return new ExpiredEntry(id, field(fields, "key"), time(fields, "deadline"), time(fields, "at"),
					text(field(fields, "by")), fields.get("value"), (logId != null) ? text(logId) : null,
					(note != null) ? text(note) : null, KvHeaders.decode(fields.get("headers")));
		}

		/**
		 * The expiry without its value, for tracking which receivers have received it.
		 */
		TakenExpiry taken(KeyNames names) {
			int size = this.name.length + ((this.value != null) ? this.value.length : 0);
			return new TakenExpiry(this.id, names.withoutTag(text(this.name)), size, this.note);
		}

		private static long time(Map<String, byte[]> fields, String name) {
			String text = text(field(fields, name));
			// sums of longer ones may overflow
			Assert.isTrue(TIME.matcher(text).matches(), () -> "'" + name + "' is no time");
			return Long.parseLong(text);
		}

		private static byte[] field(Map<String, byte[]> fields, String name) {
			byte[] value = fields.get(name);
			if (value == null) {
				throw new IllegalArgumentException("An expiry without '" + name + "'");
			}
			return value;
		}

		private static String text(byte[] bytes) {
			return new String(bytes, StandardCharsets.UTF_8);
		}

	}

}
