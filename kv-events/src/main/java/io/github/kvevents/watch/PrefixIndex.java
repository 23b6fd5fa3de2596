package io.github.kvevents.watch;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * Finds what is stored under any prefix of a key, at a cost that depends on how many
 * lengths of prefixes there are and not on how many prefixes. Unlike the index of hooks
 * it changes all the time, so it is changed in place; used by many threads at once.
 *
 * @param <T> what is stored
 */
final class PrefixIndex<T> {

	private final Map<String, Set<T>> byPrefix = new ConcurrentHashMap<>();

	/**
	 * How many prefixes there are of each length.
	 */
	private final NavigableMap<Integer, Integer> lengths = new ConcurrentSkipListMap<>();

	void add(String prefix, T element) {
		this.byPrefix.compute(prefix, (key, present) -> {
			Set<T> elements = (present != null) ? present : ConcurrentHashMap.newKeySet();
			if (present == null) {
				this.lengths.merge(prefix.length(), 1, Integer::sum);
			}
			elements.add(element);
			return elements;
		});
	}

	void remove(String prefix, T element) {
		this.byPrefix.computeIfPresent(prefix, (key, elements) -> {
			elements.remove(element);
			if (!elements.isEmpty()) {
				return elements;
			}
			this.lengths.computeIfPresent(prefix.length(), (length, count) -> (count > 1) ? count - 1 : null);
			return null;
		});
	}

	boolean isEmpty() {
		return this.byPrefix.isEmpty();
	}

	boolean matches(String key) {
		for (int length : this.lengths.keySet()) {
			if (length > key.length()) {
				return false;
			}
			if (this.byPrefix.containsKey(key.substring(0, length))) {
				return true;
			}
		}
		return false;
	}

	void forEach(Consumer<T> action) {
		this.byPrefix.values().forEach((elements) -> elements.forEach(action));
	}

	void forEach(String key, Consumer<T> action) {
		for (int length : this.lengths.keySet()) {
			if (length > key.length()) {
				return;
			}
			Set<T> elements = this.byPrefix.get(key.substring(0, length));
			if (elements != null) {
				elements.forEach(action);
			}
		}
	}

}
