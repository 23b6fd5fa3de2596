package io.github.kvevents.log;

import java.util.List;

import io.github.kvevents.KvEvent;

/**
 * What one read of the change log gave.
 */
public final class KvChangePage {

	private final List<KvEvent> events;

	private final StartPosition next;

	public KvChangePage(List<? extends KvEvent> events, StartPosition next) {
		this.events = List.copyOf(events);
		this.next = next;
	}

	/**
	 * The events that matched: those of a partition in the order of the log, those of
	 * different partitions about in the order of time. They are the same as hooks get,
	 * and each has its position.
	 * @return the events, unmodifiable
	 */
	public List<KvEvent> events() {
		return this.events;
	}

	/**
	 * Where the next page begins: in each partition that was read behind what this page
	 * has looked at, matching or not.
	 * @return the start of the next page
	 */
	public StartPosition next() {
		return this.next;
	}

	/**
	 * Whether there was nothing that matches up to the end of the log.
	 * @return whether there are no events
	 */
	public boolean isEmpty() {
		return this.events.isEmpty();
	}

	/**
	 * Names how many events there are and where to resume.
	 */
	@Override
	public String toString() {
		return "KvChangePage[events=" + this.events.size() + ", next=" + this.next + "]";
	}

}
