package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.support.Delay;

/**
 * Logs what a reader missed. A node that fails over loses the end of many partitions at
 * once: gaps that are found within a moment are one line. Confined to one thread. For our
 * packages.
 */
public final class GapLog {

	private static final Delay MOMENT = Delay.of(Duration.ofMillis(200));

	/** How many partitions a line names. */
	private static final int MAX_NAMED = 32;

	private final Log logger;

	private final String reader;

	private final LongSupplier nanoTime;

	private final List<String> named = new ArrayList<>();

	private int count;

	private long dueAt;

	/**
	 * Creates a log without gaps.
	 * @param logger the logger of the reader
	 * @param reader what the line begins with
	 */
	public GapLog(Log logger, String reader) {
		this(logger, reader, System::nanoTime);
	}

	GapLog(Log logger, String reader, LongSupplier nanoTime) {
		this.logger = logger;
		this.reader = reader;
		this.nanoTime = nanoTime;
	}

	/**
	 * Adds a gap, to be logged soon.
	 * @param after up to where the partition was read, {@code null} for nowhere
	 * @param next where reading resumes
	 */
	public void add(@Nullable KvPosition after, KvPosition next) {
		if (this.count == 0) {
			this.dueAt = MOMENT.after(this.nanoTime.getAsLong());
		}
		this.count++;
		if (this.named.size() < MAX_NAMED) {
			this.named.add("%d (read up to %s, resuming at '%s')".formatted(next.partition(),
					(after != null) ? "'" + after + "'" : "nothing yet", next));
		}
	}

	/**
	 * Logs the gaps if it is time to.
	 * @return how long until it is
	 */
	public Delay logIfDue() {
		if (this.count == 0) {
			return Delay.NEVER;
		}
		long left = this.dueAt - this.nanoTime.getAsLong();
		if (left > 0) {
			return Delay.ofNanos(left);
		}
		log();
		return Delay.NEVER;
	}

	/**
	 * Logs the gaps if there are any.
	 */
	public void log() {
		if (this.count == 0) {
			return;
		}
		int more = this.count - this.named.size();
		this.logger.warn(
				this.reader + " missed changes of " + ((this.count == 1) ? "partition " : this.count + " partitions: ")
						+ String.join(", ", this.named) + ((more > 0) ? " and " + more + " more" : "")
						+ "; they were removed from the change log before they were read, or the store lost them");
		this.named.clear();
		this.count = 0;
	}

}
