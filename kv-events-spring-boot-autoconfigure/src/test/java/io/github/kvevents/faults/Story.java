package io.github.kvevents.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;
import io.github.kvevents.faults.Operation.Outcome;

/**
 * A run that never happened, for tests of the checks: everything works until the test
 * changes the log, the stored values, or a line of the history.
 */
final class Story {

	static final String WATCH = "i0-0";

	private static final long MILLI = 1_000_000;

	final List<Entry> log = new ArrayList<>();

	final Map<String, String> stored = new HashMap<>();

	final List<String> lines = new ArrayList<>();

	/** Lines of another instance. */
	final List<String> otherLines = new ArrayList<>();

	private final Map<String, Long> numbers = new HashMap<>();

	private long now = MILLI;

	/**
	 * An operation that is acknowledged, applied and received.
	 * @return its entry
	 */
	Entry write(String writer, Kind kind, String key) {
		return write(writer, kind, key, Outcome.ACKNOWLEDGED);
	}

	Entry write(String writer, Kind kind, String key, Outcome outcome) {
		Mark mark = attempt(writer, kind, key, outcome);
		return apply(mark, kind, key);
	}

	/**
	 * An operation of which nothing is applied yet.
	 */
	Mark attempt(String writer, Kind kind, String key, Outcome outcome) {
		long number = this.numbers.merge(writer, 1L, Long::sum);
		boolean conditional = kind == Kind.UPDATE || kind == Kind.COMPARE_AND_SET;
		Mark mark = new Mark(writer, number, writer + number, conditional ? Mark.idOf(this.stored.get(key)) : null);
		this.now += MILLI;
		this.lines.add(HistoryFile.BEGUN + " " + new Operation(mark.id(), writer, number, kind, key,
				(kind == Kind.SET_WITH_TTL) ? 50 : 0, this.now, Outcome.UNKNOWN, 0)
			.words());
		this.now += MILLI;
		if (outcome != Outcome.UNKNOWN) {
			this.lines.add("%s %s %s %d".formatted(HistoryFile.ENDED, mark.id(), outcome, this.now));
		}
		return mark;
	}

	Entry apply(Mark mark, Kind kind, String key) {
		return (kind == Kind.DELETE) ? append(KvEventType.DELETE, key, null)
				: append(KvEventType.SET, key, mark.value());
	}

	/**
	 * The time to live of a key ends, and the hook receives that.
	 */
	Entry expire(String key) {
		this.now += 60 * MILLI;
		Entry entry = append(KvEventType.EXPIRED, key, null);
		this.lines.add("%s %s %s %d %d %d".formatted(HistoryFile.EXPIRED, key, entry.previous(), 1000, 1003, this.now));
		return entry;
	}

	private Entry append(KvEventType type, String key, @Nullable String value) {
		Entry entry = new Entry(new KvPosition(0, this.log.size() + 1L, 0), type, key, value, this.stored.get(key));
		this.log.add(entry);
		if (value != null) {
			this.stored.put(key, value);
		}
		else {
			this.stored.remove(key);
		}
		this.lines.add(delivered(entry));
		this.lines.add(hooked(entry));
		this.lines.add(HistoryFile.WATCHED + " " + WATCH + " " + entry.words());
		return entry;
	}

	String delivered(Entry entry) {
		this.now += MILLI;
		return HistoryFile.DELIVERED + " " + entry.words() + " " + this.now;
	}

	String hooked(Entry entry) {
		return HistoryFile.HOOKED + " " + entry.words() + " " + this.now;
	}

	/**
	 * The call that wrote an entry took longer than it did.
	 * @return when it began and when it ended
	 */
	long[] delay(Entry entry, long nanos) {
		String id = Mark.idOf(entry.value());
		String[] begun = this.lines.get(line(HistoryFile.BEGUN, " " + entry.key() + " ", id)).split(" ");
		long start = Operation.begun(begun).start();
		int ended = line(HistoryFile.ENDED, id);
		this.lines.set(ended, "%s %s %s %d".formatted(HistoryFile.ENDED, id, Outcome.ACKNOWLEDGED, start + nanos));
		return new long[] { start, start + nanos };
	}

	/**
	 * As if the server had lost an entry, the last one of its key.
	 */
	void lose(Entry entry) {
		this.log.remove(entry);
		if (entry.previous() != null) {
			this.stored.put(entry.key(), entry.previous());
		}
		else {
			this.stored.remove(entry.key());
		}
	}

	/**
	 * The line that begins so and has texts.
	 */
	int line(String begin, String... texts) {
		for (int index = 0; index < this.lines.size(); index++) {
			String line = this.lines.get(index);
			if (line.startsWith(begin + " ") && List.of(texts).stream().allMatch(line::contains)) {
				return index;
			}
		}
		throw new IllegalArgumentException(begin + " " + List.of(texts) + " is not in " + this.lines);
	}

	void remove(String begin, String text) {
		this.lines.remove(line(begin, text));
	}

	void replace(String begin, String text, String old, String by) {
		int line = line(begin, text);
		this.lines.set(line, this.lines.get(line).replace(old, by));
	}

	Findings check(Bounds bounds) {
		History history = new History();
		this.lines.forEach((line) -> history.add("i0", line));
		this.otherLines.forEach((line) -> history.add("i1", line));
		history.add("i0", HistoryFile.WATCH_READ + " " + WATCH);
		return Checker.check(history, new Snapshot(List.copyOf(this.log), Map.copyOf(this.stored)), bounds);
	}

}
