package io.github.kvevents.faults;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.faults.Operation.Outcome;

/**
 * What the instances of a run did and received, read from the files that they wrote
 * ({@link HistoryFile}).
 */
final class History {

	private final Map<String, Operation> operations = new LinkedHashMap<>();

	private final List<Delivery> deliveries = new ArrayList<>();

	/** By instance. */
	private final Map<String, List<Delivery>> hooked = new HashMap<>();

	/** By instance. */
	private final Map<String, List<Stall>> stalls = new HashMap<>();

	private final List<Expiry> expiries = new ArrayList<>();

	private final List<Gap> gaps = new ArrayList<>();

	private final Map<String, Session> sessions = new LinkedHashMap<>();

	/** Up to where each file was read. */
	private final Map<Path, Long> read = new HashMap<>();

	/** The same change is received by many, and is kept once. */
	private final Map<Entry, Entry> entries = new HashMap<>();

	/**
	 * Reads what was added to files since the last time.
	 */
	void update(List<Path> files) {
		files.stream().filter(Files::exists).forEach(this::update);
		// processes on one machine share the monotonic clock
		this.deliveries.sort(Comparator.comparingLong(Delivery::at));
	}

	/**
	 * Reads the lines that are complete.
	 */
	private void update(Path file) {
		String instance = file.getFileName().toString();
		try (InputStream input = new BufferedInputStream(Files.newInputStream(file), 64 << 10)) {
			long offset = this.read.getOrDefault(file, 0L);
			input.skipNBytes(offset);
			StringBuilder line = new StringBuilder();
			for (int next = input.read(); next >= 0; next = input.read()) {
				if (next != '\n') {
					line.append((char) next);
					continue;
				}
				add(instance, line.toString());
				offset += line.length() + 1;
				line.setLength(0);
			}
			this.read.put(file, offset);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Adds a line of the file of an instance.
	 */
	void add(String instance, String line) {
		String[] words = line.split(" ");
		switch (words[0]) {
			case HistoryFile.BEGUN -> this.operations.put(words[1], Operation.begun(words));
			case HistoryFile.ENDED -> this.operations.computeIfPresent(words[1],
					(id, operation) -> operation.ended(Outcome.valueOf(words[2]), Long.parseLong(words[3])));
			case HistoryFile.DELIVERED -> this.deliveries.add(new Delivery(instance, entry(words, 1), at(words)));
			case HistoryFile.HOOKED -> this.hooked.computeIfAbsent(instance, (name) -> new ArrayList<>())
				.add(new Delivery(instance, entry(words, 1), at(words)));
			case HistoryFile.STALLED -> this.stalls.computeIfAbsent(instance, (name) -> new ArrayList<>())
				.add(new Stall(Long.parseLong(words[1]), at(words)));
			case HistoryFile.EXPIRED -> this.expiries
				.add(new Expiry(words[1], words[2], Long.parseLong(words[3]), Long.parseLong(words[4]), at(words)));
			case HistoryFile.GAP -> this.gaps.add(new Gap(instance, words[1], Integer.parseInt(words[2]), at(words)));
			case HistoryFile.WATCHED -> session(words[1]).entries.add(entry(words, 2));
			case HistoryFile.WATCH_FAILED -> session(words[1]).failed = true;
			case HistoryFile.WATCH_READ -> session(words[1]).complete = true;
			default -> throw new IllegalArgumentException(line);
		}
	}

	private Entry entry(String[] words, int first) {
		Entry entry = Entry.parse(words, first);
		Entry known = this.entries.putIfAbsent(entry, entry);
		return (known != null) ? known : entry;
	}

	private static long at(String[] words) {
		return Long.parseLong(words[words.length - 1]);
	}

	private Session session(String id) {
		return this.sessions.computeIfAbsent(id, Session::new);
	}

	/**
	 * The operations by id.
	 */
	Map<String, Operation> operations() {
		return this.operations;
	}

	/**
	 * What the listener handled, in the order of time.
	 */
	List<Delivery> deliveries() {
		return this.deliveries;
	}

	/**
	 * What the hook on every instance received, in the order of each instance.
	 */
	Map<String, List<Delivery>> hooked() {
		return this.hooked;
	}

	/**
	 * When no thread of an instance ran for a while, since it was stopped or the machine
	 * was busy.
	 */
	List<Stall> stalls(String instance) {
		return this.stalls.getOrDefault(instance, List.of());
	}

	List<Expiry> expiries() {
		return this.expiries;
	}

	List<Gap> gaps() {
		return this.gaps;
	}

	List<Session> sessions() {
		return List.copyOf(this.sessions.values());
	}

	/**
	 * A call of the listener or of the hook on every instance.
	 *
	 * @param instance in which instance
	 * @param entry the change
	 * @param at when
	 */
	record Delivery(String instance, Entry entry, long at) {
	}

	/**
	 * A call of the hook for expiries.
	 *
	 * @param key the key
	 * @param value its last value
	 * @param deadline its deadline, epoch milliseconds
	 * @param received when the hook was called, epoch milliseconds
	 * @param at when the hook was called, monotonic
	 */
	record Expiry(String key, String value, long deadline, long received, long at) {
	}

	/**
	 * No thread ran.
	 *
	 * @param from when it began
	 * @param to when it ended
	 */
	record Stall(long from, long to) {
	}

	/**
	 * A gap that was reported.
	 *
	 * @param instance in which instance
	 * @param reader who missed changes
	 * @param partition of which partition
	 * @param at when
	 */
	record Gap(String instance, String reader, int partition, long at) {
	}

	/**
	 * A watch with replay, from its opening to its end.
	 */
	static final class Session {

		private final String id;

		private final List<Entry> entries = new ArrayList<>();

		private boolean failed;

		private boolean complete;

		Session(String id) {
			this.id = id;
		}

		String id() {
			return this.id;
		}

		/**
		 * What it delivered, in order.
		 */
		List<Entry> entries() {
			return this.entries;
		}

		/**
		 * Whether it reported that it has missed something.
		 */
		boolean isFailed() {
			return this.failed;
		}

		/**
		 * Whether it was read until the end of the run.
		 */
		boolean isComplete() {
			return this.complete;
		}

	}

}
