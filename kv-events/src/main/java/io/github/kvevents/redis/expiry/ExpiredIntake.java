package io.github.kvevents.redis.expiry;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;

/**
 * Takes expiries of one partition that the server gave to this instance, each once, and
 * has them handled.
 */
final class ExpiredIntake {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_READ = 100;

	private final ExpiredStream stream;

	private final InFlight inFlight;

	private final Handler handler;

	private final TrackingCounters counters;

	ExpiredIntake(ExpiredStream stream, InFlight inFlight, Handler handler, TrackingCounters counters) {
		this.stream = stream;
		this.inFlight = inFlight;
		this.handler = handler;
		this.counters = counters;
	}

	/**
	 * Takes an expiry that no instance had before.
	 */
	void take(ByteRecord entry) {
		take(entry.getId().getValue(), () -> ExpiredEntry.of(entry));
	}

	/**
	 * Takes an expiry that the server gave to this instance in the reply to a write.
	 * @param handler has it handled
	 */
	void take(TakenExpiry expiry, Consumer<Runnable> handler) {
		if (this.inFlight.add(expiry.id())) {
			this.inFlight.handling(expiry);
			handler.accept(() -> this.inFlight.done(expiry));
		}
	}

	/**
	 * Takes expiries that an instance had before.
	 */
	void takeAgain(List<List<?>> entries) {
		for (List<?> entry : entries) {
			if (take(ExpiredStream.id(entry), () -> ExpiredEntry.of(entry))) {
				this.counters.redelivered();
			}
		}
	}

	/**
	 * Takes expiries that no instance had before, or that another has handed to this one.
	 */
	void takeNew(List<List<?>> entries) {
		entries.forEach((entry) -> take(ExpiredStream.id(entry), () -> ExpiredEntry.of(entry)));
	}

	/**
	 * Takes up what this instance read and then lost sight of, because a reply did not
	 * arrive, the instance was started anew under the same id, or it takes no more.
	 * @param stopped whether to end before all is taken
	 */
	void resume(BooleanSupplier stopped) {
		String after = ExpiredStream.START;
		do {
			ExpiredStream.Page page = this.stream.resume(after, MAX_READ);
			takeAgain(page.entries());
			after = page.next();
		}
		while (!after.equals(ExpiredStream.START) && !stopped.getAsBoolean());
	}

	/**
	 * Has expiries that are in flight handled once more: a receiver has come.
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
	 * Takes an expiry, unless it is in flight already.
	 */
	private boolean take(String id, Supplier<ExpiredEntry> read) {
		if (!this.inFlight.add(id)) {
			return false;
		}
		try {
			ExpiredEntry entry = read.get();
			handle(entry, entry.taken());
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
	 * Has the receivers of this instance get an expiry.
	 */
	interface Handler {

		/**
		 * Handles an expiry on another thread.
		 * @param done runs when all receivers are done
		 */
		void handle(ExpiredEntry entry, TakenExpiry expiry, Runnable done);

	}

}
