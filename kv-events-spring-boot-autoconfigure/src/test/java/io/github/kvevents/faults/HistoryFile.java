package io.github.kvevents.faults;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.faults.Operation.Outcome;
import io.github.kvevents.log.LogGapEvent;

/**
 * Where an instance writes what it does and receives, a line each. A line is one call of
 * the system: what was written outlives the process. Used by many threads.
 */
final class HistoryFile implements Closeable {

	static final String BEGUN = "begun";

	static final String ENDED = "ended";

	static final String DELIVERED = "delivered";

	static final String EXPIRED = "expired";

	static final String GAP = "gap";

	static final String HOOKED = "hooked";

	static final String STALLED = "stalled";

	static final String WATCHED = "watched";

	static final String WATCH_FAILED = "watch-failed";

	static final String WATCH_READ = "watch-read";

	// no channel: that would be closed when a thread is interrupted
	private final FileOutputStream output;

	private volatile boolean closed;

	private final AtomicLong received = new AtomicLong();

	HistoryFile(Path file) throws IOException {
		this.output = new FileOutputStream(file.toFile(), true);
	}

	void begun(Operation operation) {
		write(BEGUN + " " + operation.words());
	}

	void ended(Operation operation, Outcome outcome) {
		write(ENDED + " " + operation.id() + " " + outcome + " " + System.nanoTime());
	}

	void delivered(KvEvent event) {
		this.received.incrementAndGet();
		write(DELIVERED + " " + Entry.of(event).words() + " " + System.nanoTime());
	}

	void expired(KvExpiredEvent event) {
		this.received.incrementAndGet();
		long deadline = (event.getDeadline() != null) ? event.getDeadline().toEpochMilli() : Long.MAX_VALUE;
		write("%s %s %s %d %d %d".formatted(EXPIRED, event.getKey(), event.getPreviousValue(String.class), deadline,
				System.currentTimeMillis(), System.nanoTime()));
	}

	void gap(LogGapEvent gap) {
		write("%s %s %d %d".formatted(GAP, gap.getReader().replace(' ', '-'), gap.getPartition(), System.nanoTime()));
	}

	void hooked(KvEvent event) {
		write(HOOKED + " " + Entry.of(event).words() + " " + System.nanoTime());
	}

	/**
	 * Nothing ran; nothing to record any more if the file is closed.
	 */
	void stalled(long from, long to) {
		if (!this.closed) {
			write("%s %d %d".formatted(STALLED, from, to));
		}
	}

	void watched(String session, KvEvent event) {
		write(WATCHED + " " + session + " " + Entry.of(event).words());
	}

	void watchFailed(String session) {
		write(WATCH_FAILED + " " + session);
	}

	void watchRead(String session) {
		write(WATCH_READ + " " + session);
	}

	/**
	 * How many changes and expiries were received.
	 */
	long received() {
		return this.received.get();
	}

	private void write(String line) {
		try {
			this.output.write((line + "\n").getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	boolean isOpen() {
		return !this.closed;
	}

	@Override
	public void close() throws IOException {
		this.closed = true;
		this.output.close();
	}

}
