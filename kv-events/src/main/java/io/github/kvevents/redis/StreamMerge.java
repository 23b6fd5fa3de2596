package io.github.kvevents.redis;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.EntryId;

/**
 * Reads streams side by side, in the order of the ids of their entries, a page of each at
 * a time.
 */
final class StreamMerge {

	private static final int ENTRIES_PER_PAGE = 200;

	private final StreamPages pages;

	private final PriorityQueue<Source> sources = new PriorityQueue<>(
			Comparator.comparing(Source::id).thenComparing((source) -> source.partition));

	StreamMerge(StreamPages pages) {
		this.pages = pages;
	}

	/**
	 * Reads a stream too, from its first entry.
	 * @param partition the partition that it is of
	 */
	void add(int partition, String stream) {
		Source source = new Source(partition, stream);
		if (source.advance()) {
			this.sources.add(source);
		}
	}

	/**
	 * Passes all entries.
	 */
	void forEach(Consumer consumer) {
		Source source = this.sources.poll();
		while (source != null) {
			consumer.accept(source.partition, source.id(), source.fields());
			if (source.advance()) {
				this.sources.add(source);
			}
			source = this.sources.poll();
		}
	}

	/**
	 * Receives entries.
	 */
	interface Consumer {

		/**
		 * Receives an entry.
		 * @param partition the partition of its stream
		 * @param id its id
		 * @param fields names and values in turn
		 */
		void accept(int partition, EntryId id, List<byte[]> fields);

	}

	/**
	 * One of the streams, at one of its entries.
	 */
	private final class Source {

		private final int partition;

		private final String stream;

		private final Deque<StreamPages.Entry> page = new ArrayDeque<>();

		private String from = "-";

		private boolean more = true;

		private StreamPages.@Nullable Entry entry;

		Source(int partition, String stream) {
			this.partition = partition;
			this.stream = stream;
		}

		/**
		 * Goes to the next entry.
		 * @return whether there is one
		 */
		boolean advance() {
			while (this.page.isEmpty() && this.more) {
				StreamPages.Page read = StreamMerge.this.pages.read(
						StreamPages.Request.forwards(MoveEnd.bytes(this.stream), this.from, ENTRIES_PER_PAGE),
						(id) -> id + " of " + this.stream);
				this.page.addAll(read.entries());
				this.more = read.more();
				StreamPages.Entry last = this.page.peekLast();
				this.from = (last != null) ? "(" + last.id() : this.from;
			}
			this.entry = this.page.poll();
			return this.entry != null;
		}

		EntryId id() {
			return EntryId.parse(entry().id());
		}

		List<byte[]> fields() {
			return entry().fields();
		}

		private StreamPages.Entry entry() {
			if (this.entry == null) {
				throw new IllegalStateException("There is no entry");
			}
			return this.entry;
		}

	}

}
