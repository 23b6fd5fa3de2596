package io.github.kvevents.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventTaps;
import io.github.kvevents.KvEventType;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.watch.KvWatches.EventMaker;
import io.github.kvevents.watch.WatchSource.ReplaySource;

/**
 * Tells watches of the changes that this instance makes, where there is no change log.
 */
final class LocalChanges implements KvEventTaps.Tap, WatchSource {

	/**
	 * Enough to make the round trip cheap, few enough to hold writers up briefly.
	 */
	private static final int PAGE = 256;

	private static final Log logger = LogFactory.getLog(LocalChanges.class);

	private final KvStore store;

	private final KvEventDispatcher dispatcher;

	private final EventMaker events;

	private final PrefixIndex<LocalIntake> intakes = new PrefixIndex<>();

	LocalChanges(KvStore store, KvEventDispatcher dispatcher, EventMaker events) {
		this.store = store;
		this.dispatcher = dispatcher;
		this.events = events;
	}

	@Override
	public boolean isInterested(KvEventType type, String key) {
		return this.intakes.matches(key);
	}

	@Override
	public void onEvent(KvEvent event) {
		if (event.getChange() == KvChange.UNCHANGED || !this.intakes.matches(event.getKey()) || isOutdated(event)) {
			return;
		}
		this.intakes.forEach(event.getKey(), (intake) -> intake.receive(event));
	}

	/**
	 * An expiry is found out some time after it happened: the key may have been written
	 * since, and that event was delivered. Its events would end with a removal then,
	 * although the key is there.
	 */
	private boolean isOutdated(KvEvent event) {
		if (event.getType() != KvEventType.EXPIRED) {
			return false;
		}
		try {
			return this.store.exists(event.getKey());
		}
		catch (DataAccessException ex) {
			logger.debug("Could not look whether '" + KeyText.printable(event.getKey()) + "' was written again", ex);
			return false;
		}
	}

	@Override
	public void open(WatchSession session, WatchOptions options) {
		Assert.state(options.getAfter().isEmpty(), () -> "A watch can start after a position (" + options.getAfter()
				+ ") only where there is a change log: set 'kv.events.log.enabled=true'");
		LocalIntake intake = new LocalIntake(session, options);
		add(options.getPrefix(), intake);
		session.onEnd(() -> remove(options.getPrefix(), intake));
		this.dispatcher.getTaps().awaitQuiescence();
		if (options.isInitialReplay()) {
			session.setReplaySource(replay(intake, options.getPrefix()));
		}
		else {
			intake.goLive();
		}
	}

	private ReplaySource replay(LocalIntake intake, String prefix) {
		intake.collect();
		LocalReplay replay = new LocalReplay(this.events);
		try (Stream<String> keys = this.store.keys(prefix)) {
			read(keys.iterator(), intake, replay);
		}
		read(intake.unread().iterator(), intake, replay);
		replay.addChanges(intake.goLive());
		return replay;
	}

	private void read(Iterator<String> keys, LocalIntake intake, LocalReplay replay) {
		while (keys.hasNext()) {
			List<String> page = new ArrayList<>(PAGE);
			do {
				page.add(keys.next());
			}
			while (page.size() < PAGE && keys.hasNext());
			this.dispatcher.getTaps().runHolding(page, () -> {
				replay.add(page, this.store.getAll(page));
				intake.read(page);
			});
		}
	}

	private synchronized void add(String prefix, LocalIntake intake) {
		if (this.intakes.isEmpty()) {
			this.dispatcher.getTaps().add(this);
		}
		this.intakes.add(prefix, intake);
	}

	private synchronized void remove(String prefix, LocalIntake intake) {
		this.intakes.remove(prefix, intake);
		if (this.intakes.isEmpty()) {
			this.dispatcher.getTaps().remove(this);
		}
	}

	/**
	 * The values that a watch begins with, and the changes to them that came before it
	 * was open. An event is made when it is read: many watches hold the same bytes.
	 */
	private static final class LocalReplay implements ReplaySource {

		private final EventMaker events;

		private final List<String> keys = new ArrayList<>();

		private final List<byte[]> values = new ArrayList<>();

		private Iterator<KvEvent> changes = Collections.emptyIterator();

		private int next;

		LocalReplay(EventMaker events) {
			this.events = events;
		}

		void add(List<String> keys, List<Optional<byte[]>> values) {
			for (int index = 0; index < keys.size(); index++) {
				if (values.get(index).isPresent()) {
					this.keys.add(keys.get(index));
					this.values.add(values.get(index).get());
				}
			}
		}

		void addChanges(List<KvEvent> changes) {
			this.changes = changes.iterator();
		}

		@Override
		public synchronized @Nullable KvEvent next() {
			if (this.next < this.keys.size()) {
				int index = this.next++;
				return this.events.existing(this.keys.get(index), this.values.get(index), null);
			}
			return this.changes.hasNext() ? this.changes.next() : null;
		}

		@Override
		public synchronized boolean hasRead() {
			return !isReplayed() || this.changes.hasNext();
		}

		@Override
		public synchronized boolean isReplayed() {
			return this.next >= this.keys.size();
		}

	}

}
