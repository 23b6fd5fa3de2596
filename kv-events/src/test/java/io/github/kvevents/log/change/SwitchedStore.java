package io.github.kvevents.log.change;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.KvPosition;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

/**
 * A change log in memory that fails and loses everything on demand.
 */
class SwitchedStore implements ChangeLogStore {

	final AtomicInteger tails = new AtomicInteger();

	final AtomicInteger failures = new AtomicInteger();

	volatile boolean failing;

	private final ChangeLogSettings settings;

	private final Clock clock;

	private volatile MemoryKvStore store;

	/** Held for as long as nobody may look at the log. */
	private final Object reading = new Object();

	SwitchedStore(Namespace namespace, long maxLength) {
		this(namespace, maxLength, Duration.ofHours(1));
	}

	SwitchedStore(Namespace namespace, long maxLength, Duration maxAge) {
		this(namespace, maxLength, maxAge, Clock.systemUTC());
	}

	SwitchedStore(Namespace namespace, long maxLength, Duration maxAge, Clock clock) {
		this.settings = new ChangeLogSettings(namespace, "instance-1", maxLength, maxAge);
		this.clock = clock;
		this.store = new MemoryKvStore(clock, this.settings);
	}

	KvPosition write(String key, String value) {
		return Objects
			.requireNonNull(this.store.set(new StoreWrite(key, value.getBytes(StandardCharsets.UTF_8))).position());
	}

	void loseAll() {
		this.store = new MemoryKvStore(this.clock, this.settings);
	}

	void whileUnread(Runnable work) {
		synchronized (this.reading) {
			work.run();
		}
	}

	private ChangeLogStore log() {
		if (this.failing) {
			this.failures.incrementAndGet();
			throw new QueryTimeoutException("on purpose");
		}
		return this.store.getChangeLog();
	}

	@Override
	public ChangeLogSettings getSettings() {
		return this.settings;
	}

	@Override
	public List<LoggedChange> read(KvPosition after, int limit) {
		return log().read(after, limit);
	}

	@Override
	public long millis() {
		return log().millis();
	}

	@Override
	public LogState getState(int partition) {
		return log().getState(partition);
	}

	@Override
	public LogSnapshot snapshot(int partition, List<String> keys) {
		return log().snapshot(partition, keys);
	}

	@Override
	public void trim(KvPosition before) {
		log().trim(before);
	}

	@Override
	public Tail openTail() {
		log();
		this.tails.incrementAndGet();
		return new Tail() {

			@Override
			public Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout) {
				synchronized (SwitchedStore.this.reading) {
					return log().openTail().read(after, limit, Duration.ofMillis(20));
				}
			}

			@Override
			public void close() {
				SwitchedStore.this.tails.decrementAndGet();
			}

		};
	}

}
