package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replays a change log that was never trimmed. Each entry has to be consistent with the
 * earlier ones.
 */
public final class LogReplay {

	private final Map<String, @Nullable String> values = new HashMap<>();

	private @Nullable KvPosition last;

	/**
	 * Reads a whole log, partition by partition, in pages.
	 * @param log the log
	 * @return its entries
	 */
	public static List<LoggedChange> readAll(ChangeLogStore log) {
		List<LoggedChange> all = new ArrayList<>();
		for (int partition = 0; partition < log.getSettings().namespace().partitions(); partition++) {
			all.addAll(readAll(log, partition));
		}
		return all;
	}

	/**
	 * Reads one partition from its first entry to its end, in pages.
	 * @param log the log
	 * @param partition the partition
	 * @return its entries
	 */
	public static List<LoggedChange> readAll(ChangeLogStore log, int partition) {
		List<LoggedChange> all = new ArrayList<>();
		KvPosition position = new KvPosition(partition, 0, 0);
		List<LoggedChange> page;
		do {
			page = log.read(position, 700);
			all.addAll(page);
			position = page.isEmpty() ? position : page.get(page.size() - 1).position();
		}
		while (!page.isEmpty());
		return all;
	}

	/**
	 * Asserts that the replay of a log equals the stored values.
	 * @param log the log, all of it
	 * @param store the store
	 * @param keys all keys that were ever written
	 * @return the entries of the log
	 */
	public static List<LoggedChange> assertGives(ChangeLogStore log, KvStore store, Collection<String> keys) {
		List<LoggedChange> changes = readAll(log);
		LogReplay replay = new LogReplay();
		changes.forEach(replay::apply);
		List<String> names = List.copyOf(keys);
		List<Optional<byte[]>> values = store.getAll(names);
		Map<String, String> stored = new TreeMap<>();
		for (int index = 0; index < names.size(); index++) {
			String name = names.get(index);
			values.get(index).ifPresent((value) -> stored.put(name, text(value)));
		}
		assertThat(new TreeMap<>(replay.values)).isEqualTo(stored);
		return changes;
	}

	/**
	 * Applies one more entry.
	 * @param change the entry
	 */
	public void apply(LoggedChange change) {
		KvPosition last = this.last;
		if (last != null && last.partition() == change.position().partition()) {
			assertThat(change.position()).isGreaterThan(last);
		}
		this.last = change.position();
		assertThat(text(change.previousValue())).as("previous value of %s", change)
			.isEqualTo(this.values.get(change.key()));
		assertThat(text(change.value())).as("a change: %s", change).isNotEqualTo(text(change.previousValue()));
		if (change.value() != null) {
			this.values.put(change.key(), text(change.value()));
		}
		else {
			this.values.remove(change.key());
		}
	}

	/**
	 * A character for each byte.
	 */
	static @Nullable String text(byte @Nullable [] bytes) {
		return (bytes != null) ? new String(bytes, StandardCharsets.ISO_8859_1) : null;
	}

}
