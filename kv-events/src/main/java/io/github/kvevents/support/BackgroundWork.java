package io.github.kvevents.support;

import java.time.Instant;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Work that is done on other threads than the one that caused it: queued hooks, expiries
 * that are dispatched, entries of the change log that a listener reads. A test that
 * drives the time waits until none is pending, and begins what is due. The methods may be
 * called from any thread. For our packages.
 */
public interface BackgroundWork {

	/**
	 * The work that is pending now. What only waits for the time, or for the end of a
	 * pause, is not.
	 * @return by default none: what is due is done on the thread that begins it
	 */
	default Pending pendingWork() {
		return Pending.NONE;
	}

	/**
	 * When the next work is due by the time that a test drives.
	 * @return the time, which may have passed; {@code null} if nothing waits for it
	 */
	default @Nullable Instant nextDue() {
		return null;
	}

	/**
	 * Begins the work that is due first by that time, if any is.
	 */
	default void beginDue() {
		// nothing waits for the time
	}

	/**
	 * The pending work. Two observations one after the other without any work, and with
	 * the same figure, show that there was none in between.
	 *
	 * @param begun how many pieces of work have begun so far; it grows before one is
	 * pending
	 * @param descriptions what is pending, a sentence without a full stop for each
	 */
	record Pending(long begun, List<String> descriptions) {

		static final Pending NONE = new Pending(0, List.of());

		public Pending {
			descriptions = List.copyOf(descriptions);
		}

		/**
		 * The work of several parts.
		 * @param parts what is pending in each
		 * @return what is pending in all
		 */
		public static Pending of(Collection<Pending> parts) {
			return new Pending(parts.stream().mapToLong(Pending::begun).sum(),
					parts.stream().flatMap((part) -> part.descriptions.stream()).toList());
		}

	}

}
