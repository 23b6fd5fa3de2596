package io.github.kvevents.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.KvEvent;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * A thread that reads a watch with replay, and opens the next one when it has reported
 * that it missed something.
 */
final class WatchReading implements Runnable {

	private static final Duration POLL = Duration.ofMillis(50);

	/** Without an event for so long it has read everything. */
	private static final int QUIET_POLLS = 8;

	private final KvTemplate template;

	private final HistoryFile history;

	private final String instance;

	private final Thread thread = new Thread(this, "fault-watch");

	private volatile boolean ending;

	private int opened;

	WatchReading(KvTemplate template, HistoryFile history, String instance) {
		this.template = template;
		this.history = history;
		this.instance = instance;
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Reads what is left; returns when that is done.
	 */
	void end() throws InterruptedException {
		this.ending = true;
		this.thread.join();
	}

	@Override
	public void run() {
		boolean complete = false;
		while (!complete) {
			String session = this.instance + "-" + this.opened++;
			try (KvWatch watch = this.template.watch(WatchOptions.all().initialReplay().bufferSize(100_000))) {
				read(session, watch);
				complete = true;
				this.history.watchRead(session);
			}
			catch (PositionTrimmedException | DataAccessException ex) {
				// the server lost what it had delivered, or is away while it opens
				this.history.watchFailed(session);
				LockSupport.parkNanos(POLL.toNanos());
			}
		}
	}

	private void read(String session, KvWatch watch) {
		int quiet = 0;
		while (quiet < QUIET_POLLS) {
			KvEvent event = watch.poll(POLL);
			if (event != null) {
				this.history.watched(session, event);
			}
			quiet = (event == null && this.ending) ? quiet + 1 : 0;
		}
	}

}
