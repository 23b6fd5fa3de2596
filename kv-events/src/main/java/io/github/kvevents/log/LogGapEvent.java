package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;

/**
 * A reader of the change log missed changes: they were removed before it read them, or
 * the store lost them. What was derived from the changes should be built anew. Published
 * through the application context, to ordinary event listeners.
 */
public class LogGapEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final String reader;

	private final int partition;

	private final @Nullable KvPosition after;

	private final KvPosition next;

	/**
	 * Creates an event.
	 * @param source the object that publishes it
	 * @param reader who missed changes
	 * @param partition of which partition
	 * @param after up to where it had read, {@code null} if it had not begun
	 * @param next from where it reads on
	 */
	public LogGapEvent(Object source, String reader, int partition, @Nullable KvPosition after, KvPosition next) {
		super(source);
		Assert.hasText(reader, "'reader' must not be empty");
		Assert.notNull(next, "'next' must not be null");
		this.reader = reader;
		this.partition = partition;
		this.after = after;
		this.next = next;
	}

	/**
	 * Who missed changes.
	 * @return for example {@code listener audit} or {@code hooks on every instance}
	 */
	public String getReader() {
		return this.reader;
	}

	/**
	 * Of which partition of the log.
	 * @return the partition, from 0
	 */
	public int getPartition() {
		return this.partition;
	}

	/**
	 * Up to where everything was read.
	 * @return the position, or {@code null} if the reader had not begun
	 */
	public @Nullable KvPosition getAfter() {
		return this.after;
	}

	/**
	 * Where the reader resumes: changes may be missing up to here.
	 * @return the position, which may be lower than where the reader was if the store
	 * lost the end of the log
	 */
	public KvPosition getNext() {
		return this.next;
	}

	@Override
	public String toString() {
		return "LogGapEvent[reader=" + this.reader + ", partition=" + this.partition + ", after=" + this.after
				+ ", next=" + this.next + "]";
	}

}
