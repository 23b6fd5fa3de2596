package io.github.kvevents.faults;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;
import io.github.kvevents.faults.Operation.Outcome;

/**
 * Writes in all ways, to keys of its own and to keys that all writers have in common. The
 * value says which operation wrote it.
 */
final class Writer implements Runnable {

	private static final int OWN_KEYS = 8;

	private static final int SHARED_KEYS = 24;

	/** What says that the server, or the driver in its place, has executed nothing. */
	private static final List<String> REFUSALS = List.of("OOM ", "NOREPLICAS", "Commands are rejected",
			"Unable to connect", "READONLY");

	private final KvTemplate template;

	private final HistoryFile history;

	private final String name;

	private final Duration pace;

	private final Random random;

	private long number;

	private volatile boolean stopped;

	Writer(KvTemplate template, HistoryFile history, String name, Duration pace, long seed) {
		this.template = template;
		this.history = history;
		this.name = name;
		this.pace = pace;
		this.random = new Random(seed);
	}

	void stop() {
		this.stopped = true;
	}

	@Override
	public void run() {
		while (!this.stopped) {
			write();
			LockSupport.parkNanos(this.pace.toNanos());
		}
	}

	private void write() {
		String key = key();
		switch (this.random.nextInt(20)) {
			case 0, 1, 2, 3 -> setWithTimeToLive(key);
			case 4, 5 -> batch();
			case 6, 7 -> compareAndSet(key);
			case 8, 9, 10 -> update(key);
			case 11, 12 -> delete(key);
			default -> set(key);
		}
	}

	private String key() {
		if (this.random.nextInt(3) == 0) {
			return "shared:" + this.random.nextInt(SHARED_KEYS);
		}
		return "own:" + this.name + ":" + this.random.nextInt(OWN_KEYS);
	}

	private void set(String key) {
		Mark mark = mark(null);
		attempt(begin(Kind.SET, key, mark, Duration.ZERO), () -> {
			this.template.set(key, mark.value());
			return true;
		});
	}

	private void setWithTimeToLive(String key) {
		Mark mark = mark(null);
		Duration timeToLive = Duration.ofMillis(20 + this.random.nextInt(600));
		attempt(begin(Kind.SET_WITH_TTL, key, mark, timeToLive), () -> {
			this.template.set(key, mark.value(), timeToLive);
			return true;
		});
	}

	private void batch() {
		Map<String, Operation> operations = new LinkedHashMap<>();
		Map<String, String> entries = new LinkedHashMap<>();
		for (int count = 2 + this.random.nextInt(6); count > 0; count--) {
			String key = key();
			if (!entries.containsKey(key)) {
				Mark mark = mark(null);
				entries.put(key, mark.value());
				operations.put(key, begin(Kind.BATCH_SET, key, mark, Duration.ZERO));
			}
		}
		Outcome outcome = outcome(() -> {
			this.template.batchSet(entries);
			return true;
		});
		// a batch isn't atomic: when it is refused, some of its keys may have been
		// written
		Outcome each = (outcome == Outcome.REFUSED) ? Outcome.UNKNOWN : outcome;
		operations.values().forEach((operation) -> this.history.ended(operation, each));
	}

	private void compareAndSet(String key) {
		try {
			Optional<String> expected = this.template.get(key, String.class);
			if (expected.isPresent()) {
				Mark mark = mark(Mark.idOf(expected.get()));
				attempt(begin(Kind.COMPARE_AND_SET, key, mark, Duration.ZERO),
						() -> this.template.compareAndSet(key, expected.get(), mark.value()));
			}
		}
		catch (DataAccessException ex) {
			// the value can't be read, so nothing is written
		}
	}

	/**
	 * What the function sees is part of the value that it returns.
	 */
	private void update(String key) {
		Mark mark = mark(Mark.NONE);
		attempt(begin(Kind.UPDATE, key, mark, Duration.ZERO), () -> {
			this.template.update(key, String.class,
					(before) -> new Mark(mark.writer(), mark.number(), mark.id(), Mark.idOf(before)).value());
			return true;
		});
	}

	private void delete(String key) {
		Mark mark = mark(null);
		attempt(begin(Kind.DELETE, key, mark, Duration.ZERO), () -> this.template.delete(key));
	}

	private Mark mark(@Nullable String seen) {
		this.number++;
		return new Mark(this.name, this.number, Long.toHexString(this.random.nextLong()), seen);
	}

	private Operation begin(Kind kind, String key, Mark mark, Duration timeToLive) {
		Operation operation = new Operation(mark.id(), mark.writer(), mark.number(), kind, key, timeToLive.toMillis(),
				System.nanoTime(), Outcome.UNKNOWN, Long.MAX_VALUE);
		this.history.begun(operation);
		return operation;
	}

	private void attempt(Operation operation, BooleanSupplier call) {
		this.history.ended(operation, outcome(call));
	}

	private static Outcome outcome(BooleanSupplier call) {
		try {
			return call.getAsBoolean() ? Outcome.ACKNOWLEDGED : Outcome.NOT_APPLIED;
		}
		catch (RuntimeException ex) {
			return isRefusal(ex) ? Outcome.REFUSED : Outcome.UNKNOWN;
		}
	}

	private static boolean isRefusal(@Nullable Throwable thrown) {
		for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
			String message = String.valueOf(cause.getMessage());
			if (REFUSALS.stream().anyMatch(message::contains)) {
				return true;
			}
		}
		return false;
	}

}
