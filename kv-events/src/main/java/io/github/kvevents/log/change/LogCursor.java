package io.github.kvevents.log.change;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * Reads one partition page by page and reports each gap: each read begins with the entry
 * that was read last. Only where that is gone it asks for the state of the log. For the
 * packages of this library, not for applications.
 */
public final class LogCursor {

	private final ChangeLogStore store;

	private volatile PartitionCursor position;

	/** Whether there was an entry at the position. */
	private boolean seen;

	/**
	 * Creates a cursor; nothing is sent.
	 * @param store whose log to read
	 * @param position where to begin
	 */
	public LogCursor(ChangeLogStore store, PartitionCursor position) {
		this(store, position, false);
	}

	private LogCursor(ChangeLogStore store, PartitionCursor position, boolean seen) {
		this.store = store;
		this.position = position;
		this.seen = seen;
	}

	/**
	 * Resumes where another cursor has read up to.
	 */
	static LogCursor resume(ChangeLogStore store, PartitionCursor position) {
		return new LogCursor(store, position, !position.inclusive());
	}

	/**
	 * As {@link PartitionCursor#requirePossible}, by the time of the store.
	 */
	void requirePossible(KvPosition position, KvPosition last) {
		PartitionCursor.requirePossible(position, last, this.store.millis());
	}

	/**
	 * The position behind what was read, from any thread.
	 * @return where the next read begins
	 */
	public PartitionCursor position() {
		return this.position;
	}

	/**
	 * Whether a position is that up to which was read. From any thread.
	 */
	boolean isAt(KvPosition position) {
		PartitionCursor current = this.position;
		return !current.inclusive() && current.position().equals(position);
	}

	/**
	 * Reads what comes next.
	 * @param limit how many entries at most
	 * @param onGap receives each gap, and may throw: the cursor is behind it then
	 * @return the entries, none at the end of the log
	 */
	public List<LoggedChange> read(int limit, Consumer<Gap> onGap) {
		while (true) {
			KvPosition position = this.position.position();
			List<LoggedChange> read = this.position.inclusive() ? this.store.readFrom(position, limit)
					: this.store.readOn(position, limit).changes();
			boolean found = !read.isEmpty() && read.get(0).position().equals(position);
			boolean ended = read.size() == (found ? 1 : 0);
			LogState state = (!found || (ended && !this.position.isCounted()))
					? this.store.getState(position.partition()) : null;
			Gap gap = (state != null && !found) ? gap(state) : null;
			if (gap == null) {
				this.position = (state != null) ? this.position.counted(state) : this.position;
				return advance(read.subList((found && !this.position.inclusive()) ? 1 : 0, read.size()), limit);
			}
			this.position = gap.next();
			this.seen = false;
			onGap.accept(gap);
		}
	}

	private List<LoggedChange> advance(List<LoggedChange> unread, int limit) {
		List<LoggedChange> entries = unread.subList(0, Math.min(limit, unread.size()));
		if (!entries.isEmpty()) {
			this.position = this.position.next(entries.get(entries.size() - 1).position(), entries.size());
			this.seen = true;
		}
		return entries;
	}

	private @Nullable Gap gap(LogState state) {
		KvPosition position = this.position.position();
		if (this.position.isTrimmed(state)) {
			return new Gap(position, PartitionCursor.earliest(state), PartitionCursor.earliestPosition(state));
		}
		// past the end, also where it was asked for: what is written from now on
		if (state.last().compareTo(position) < 0) {
			return new Gap(position, PartitionCursor.end(state), null);
		}
		return (this.seen && this.position.isLost(state))
				? new Gap(position, PartitionCursor.after(position, state), null) : null;
	}

	/**
	 * What a cursor found missing.
	 *
	 * @param after up to where everything was read
	 * @param next where it reads on
	 * @param earliest the earliest position that is left, where entries were removed
	 * before they were read; {@code null} where the store lost entries that were read
	 */
	public record Gap(KvPosition after, PartitionCursor next, @Nullable KvPosition earliest) {
	}

}
