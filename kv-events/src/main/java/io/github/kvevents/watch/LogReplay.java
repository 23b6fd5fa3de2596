package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.ChangeLogStore.LogSnapshot;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;
import io.github.kvevents.watch.KvWatches.EventMaker;
import io.github.kvevents.watch.LogAccess.KeyPage;
import io.github.kvevents.watch.LogChanges.LogIntake;
import io.github.kvevents.watch.WatchSource.ReplaySource;

/**
 * Reads what exists for a watch, page by page, then the log from where it was before. It
 * remembers where the log was when each key was read: earlier entries of that key are in
 * its value.
 */
final class LogReplay implements ReplaySource {

	private static final int READ_AT_ONCE = 1_000;

	private final LogAccess log;

	private final LogCatchUp catchUp;

	private final LogIntake intake;

	private final Map<Integer, PartitionCursor> start;

	private final Deque<Existing> page = new ArrayDeque<>(0);

	/** How much was read as the watch opened. */
	private long pageBytes;

	/**
	 * The names that are still to be read, {@code null} before they were listed.
	 */
	private @Nullable Deque<KeyPage> unread;

	private final Map<String, KvPosition> readAt = new HashMap<>();

	/**
	 * Where the log was when all keys were read, {@code null} before.
	 */
	private @Nullable Map<Integer, KvPosition> readBy;

	LogReplay(LogAccess log, LogCatchUp catchUp, LogIntake intake, Map<Integer, PartitionCursor> start) {
		this.log = log;
		this.catchUp = catchUp;
		this.intake = intake;
		this.start = start;
	}

	/**
	 * Reads what little there is at once. More than that is read when it is asked for, so
	 * that neither a large replay nor many of them fill the memory.
	 */
	synchronized void begin() {
		while (this.page.size() < READ_AT_ONCE && this.pageBytes < PageSize.MAX_BYTES && this.readBy == null) {
			readPage();
		}
		if (this.readBy != null) {
			this.catchUp.begin();
		}
	}

	@Override
	public synchronized @Nullable KvEvent next() {
		while (this.page.isEmpty() && this.readBy == null) {
			if (this.intake.session().isClosed()) {
				return null;
			}
			readPage();
		}
		Existing existing = this.page.poll();
		return (existing != null) ? existing.toEvent(this.log.events()) : this.catchUp.next();
	}

	@Override
	public synchronized boolean hasRead() {
		return !this.page.isEmpty() || (this.readBy != null && this.catchUp.hasRead());
	}

	/**
	 * Also before the log was asked where it ended meanwhile: a reader that waits for the
	 * end of the replay doesn't wait for a change.
	 */
	@Override
	public synchronized boolean isReplayed() {
		return this.page.isEmpty() && (this.readBy != null || (this.unread != null && this.unread.isEmpty()));
	}

	private void readPage() {
		Deque<KeyPage> unread = this.unread;
		if (unread == null) {
			unread = this.log.keys(this.intake.prefix());
			this.unread = unread;
		}
		KeyPage keys = unread.peek();
		if (keys != null) {
			LogSnapshot snapshot = this.log.snapshot(keys);
			int count = snapshot.values().size();
			read(keys.keys().subList(0, count), snapshot);
			// not before: reading may have failed
			unread.remove();
			if (count < keys.keys().size()) {
				unread.addFirst(keys.behind(count));
			}
			return;
		}
		this.readBy = this.log.ends();
		this.catchUp.setFilter(this::isNews);
	}

	private void read(List<String> keys, LogSnapshot snapshot) {
		for (int index = 0; index < keys.size(); index++) {
			String key = keys.get(index);
			this.readAt.put(key, snapshot.position());
			Optional<byte[]> value = snapshot.values().get(index);
			// resuming behind where the replay began misses nothing, whatever was read
			PartitionCursor start = this.start.get(snapshot.position().partition());
			KvPosition position = (start != null) ? start.position() : null;
			value.ifPresent((bytes) -> {
				this.page.add(new Existing(key, bytes, position));
				this.pageBytes += bytes.length;
			});
		}
	}

	/**
	 * Whether an entry is not in what was read. A key that was there before but gone when
	 * it was to be read was never delivered, so its removal isn't either.
	 */
	private boolean isNews(LoggedChange change) {
		KvPosition readBy = (this.readBy != null) ? this.readBy.get(change.position().partition()) : null;
		if (readBy == null || change.position().compareTo(readBy) > 0) {
			return true;
		}
		KvPosition readAt = this.readAt.get(change.key());
		if (readAt == null && change.previousValue() == null) {
			this.readAt.put(change.key(), change.position());
			return true;
		}
		return readAt != null && change.position().compareTo(readAt) > 0;
	}

	/**
	 * A key that exists. Smaller than its event.
	 */
	private record Existing(String key, byte[] value, @Nullable KvPosition position) {

		KvEvent toEvent(EventMaker events) {
			return events.existing(this.key, this.value, this.position);
		}

	}

}
