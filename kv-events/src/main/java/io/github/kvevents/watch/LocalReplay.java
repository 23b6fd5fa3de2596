package io.github.kvevents.watch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

/**
 * The values that a watch begins with, and the changes to them that came before it was
 * open. An event is made when it is read: many watches hold the same bytes.
 */
final class LocalReplay implements ReplaySource {

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
