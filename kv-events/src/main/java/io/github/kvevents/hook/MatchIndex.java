package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyHint;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;

/**
 * Finds the hooks (or guards) of a key at a cost that depends on those that match and not
 * on those that are registered. Immutable: a new one is built when registrations change.
 *
 * @param <T> what is found
 * @param <R> what is made of all that are found
 */
final class MatchIndex<T extends MatchIndex.Matchable, R> {

	private static final Comparator<Matchable> ORDER = Comparator.comparingInt(Matchable::order)
		.thenComparingLong(Matchable::sequence);

	private final Map<KvEventType, Keys<T>> byType = new EnumMap<>(KvEventType.class);

	private final Function<List<T>, R> result;

	private final R none;

	/**
	 * Creates an index.
	 * @param elements what is to be found
	 * @param result makes the result of what is found; called once for all keys that find
	 * the same elements, where these have simple filters
	 */
	MatchIndex(Collection<? extends T> elements, Function<List<T>, R> result) {
		this.result = result;
		this.none = result.apply(List.of());
		List<T> ordered = new ArrayList<>(elements);
		ordered.sort(ORDER);
		for (T element : ordered) {
			for (KvEventType type : element.events()) {
				Keys<T> keys = this.byType.get(type);
				if (keys == null) {
					keys = new Keys<>();
					this.byType.put(type, keys);
				}
				keys.add(element);
			}
		}
	}

	boolean hasAny(KvEventType type) {
		return this.byType.containsKey(type);
	}

	/**
	 * Whether a filter may match, without asking it.
	 */
	boolean mayMatch(KvEventType type, String key) {
		Keys<T> keys = this.byType.get(type);
		return keys != null && keys.candidates(key) != null;
	}

	/**
	 * Whether the filter of an element that takes values may match, without asking it.
	 */
	boolean mayTakeValue(KvEventType type, String key) {
		Keys<T> keys = this.byType.get(type);
		Group<T> candidates = (keys != null) ? keys.candidates(key) : null;
		return candidates != null && candidates.takesValue;
	}

	/**
	 * The elements that match, in the order in which they are to be called.
	 * @param type the operation
	 * @param key the key
	 * @param context the context of the operation: filters run one deeper, as hooks do
	 * @param filterFailure called with each element whose filter threw: it isn't in the
	 * result
	 * @return the result of the elements
	 */
	R find(KvEventType type, String key, DispatchContext context, BiConsumer<T, Throwable> filterFailure) {
		Keys<T> keys = this.byType.get(type);
		Group<T> candidates = (keys != null) ? keys.candidates(key) : null;
		if (candidates == null) {
			return this.none;
		}
		return candidates.certain ? result(candidates)
				: this.result.apply(ask(candidates.elements, key, context, filterFailure));
	}

	@SuppressWarnings("unchecked") // nothing else is written there
	private R result(Group<T> found) {
		R result = (R) found.result;
		if (result == null) {
			result = this.result.apply(found.elements);
			found.result = result;
		}
		return result;
	}

	private List<T> ask(List<T> candidates, String key, DispatchContext context,
			BiConsumer<T, Throwable> filterFailure) {
		DispatchContext inFilter = context.inHook();
		DispatchContext.Scope scope = inFilter.open();
		boolean interruptedBefore = Thread.currentThread().isInterrupted();
		try {
			return matching(candidates, key, inFilter, filterFailure);
		}
		finally {
			scope.close();
			if (!interruptedBefore) {
				// a filter's own, which the operation behind it must not take for its own
				DeferredInterrupt.hold();
			}
		}
	}

	private List<T> matching(List<T> candidates, String key, DispatchContext context,
			BiConsumer<T, Throwable> filterFailure) {
		List<T> found = new ArrayList<>(candidates.size());
		for (T candidate : candidates) {
			if (matches(candidate, key, context, filterFailure)) {
				found.add(candidate);
			}
		}
		return found;
	}

	private boolean matches(T candidate, String key, DispatchContext context, BiConsumer<T, Throwable> filterFailure) {
		KeyFilter filter = candidate.filter();
		if (filter == null || EventSelector.isExactlyItsHint(filter)) {
			return true;
		}
		if (!context.allowsFilters()) {
			filterFailure.accept(candidate, new KvHookRecursionException(candidate.name(), key, context.depth()));
			return false;
		}
		try {
			return filter.matches(key);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			filterFailure.accept(candidate, ex);
			return false;
		}
	}

	/**
	 * Elements that are found together, in order.
	 */
	private static final class Group<T extends Matchable> {

		private final List<T> elements = new ArrayList<>(1);

		/** Whether no filter has to be asked. */
		private boolean certain = true;

		/** Made when it is needed first. Immutable: whichever thread makes it. */
		private @Nullable Object result;

		/** Whether one of them takes values. */
		private boolean takesValue;

		void add(T element) {
			KeyFilter filter = element.filter();
			this.elements.add(element);
			this.certain &= filter == null || EventSelector.isExactlyItsHint(filter);
			this.takesValue |= element.takesValue();
		}

		/**
		 * Merges two groups.
		 * @return a new group, in which an element of both is once
		 */
		static <T extends Matchable> @Nullable Group<T> of(@Nullable Group<T> one, @Nullable Group<T> other) {
			if (one == null || other == null) {
				return (one != null) ? one : other;
			}
			Group<T> merged = new Group<>();
			merged.certain = one.certain && other.certain;
			merged.takesValue = one.takesValue || other.takesValue;
			int index = 0;
			for (T element : one.elements) {
				while (index < other.elements.size() && ORDER.compare(other.elements.get(index), element) <= 0) {
					T next = other.elements.get(index++);
					if (next != element) {
						merged.elements.add(next);
					}
				}
				merged.elements.add(element);
			}
			merged.elements.addAll(other.elements.subList(index, other.elements.size()));
			return merged;
		}

	}

	private static final class Keys<T extends Matchable> {

		private final Map<String, Group<T>> exact = new HashMap<>();

		private final AffixTree<T> prefixes = new AffixTree<>(false);

		private final AffixTree<T> suffixes = new AffixTree<>(true);

		private @Nullable Group<T> any;

		void add(T element) {
			KeyFilter filter = element.filter();
			KeyHint hint = (filter != null) ? filter.hint() : KeyHint.anyKey();
			if (hint.any()) {
				this.any = (this.any != null) ? this.any : new Group<>();
				this.any.add(element);
				return;
			}
			for (String key : hint.keys()) {
				this.exact.computeIfAbsent(key, (k) -> new Group<>()).add(element);
			}
			for (String prefix : hint.prefixes()) {
				this.prefixes.add(prefix, element);
			}
			for (String suffix : hint.suffixes()) {
				this.suffixes.add(suffix, element);
			}
		}

		@Nullable Group<T> candidates(String key) {
			Group<T> keyed = this.exact.isEmpty() ? null : this.exact.get(key);
			return this.suffixes.collect(key, this.prefixes.collect(key, Group.of(this.any, keyed)));
		}

	}

	/**
	 * Finds what is stored under any prefix (or suffix) of a key, in one walk along the
	 * key. Not to be changed any more once it is read by several threads.
	 *
	 * @param <T> what is stored
	 */
	private static final class AffixTree<T extends Matchable> {

		private final boolean fromEnd;

		private final Node<T> root;

		AffixTree(boolean fromEnd) {
			this.fromEnd = fromEnd;
			this.root = new Node<>("", 0);
		}

		void add(String affix, T element) {
			Node<T> node = this.root;
			while (node.end < affix.length()) {
				node = childOrNew(node, affix);
			}
			node.group = (node.group != null) ? node.group : new Group<>();
			node.group.add(element);
		}

		private Node<T> childOrNew(Node<T> node, String affix) {
			int index = node.find(at(affix, node.end));
			if (index < 0) {
				Node<T> child = new Node<>(affix, affix.length());
				node.insert(-index - 1, at(affix, node.end), child);
				return child;
			}
			Node<T> child = node.children[index];
			int common = node.end + 1;
			while (common < Math.min(child.end, affix.length()) && at(child.affix, common) == at(affix, common)) {
				common++;
			}
			if (common < child.end) {
				Node<T> between = new Node<>(affix, common);
				between.insert(0, at(child.affix, common), child);
				node.children[index] = between;
				child = between;
			}
			return child;
		}

		/**
		 * Adds what is stored under the affixes of a key.
		 * @param found what was found before
		 */
		@Nullable Group<T> collect(String key, @Nullable Group<T> found) {
			Group<T> all = found;
			Node<T> node = this.root;
			while (node.end < key.length()) {
				int index = node.find(at(key, node.end));
				if (index < 0) {
					return all;
				}
				Node<T> child = node.children[index];
				if (!continues(child, key, node.end + 1)) {
					return all;
				}
				all = Group.of(all, child.group);
				node = child;
			}
			return all;
		}

		private boolean continues(Node<T> child, String key, int from) {
			int length = child.end - from;
			return this.fromEnd
					? key.regionMatches(key.length() - child.end, child.affix, child.affix.length() - child.end, length)
					: key.regionMatches(from, child.affix, from, length);
		}

		private char at(String text, int step) {
			return text.charAt(this.fromEnd ? text.length() - 1 - step : step);
		}

	}

	/**
	 * A place at which affixes end or part. Children lie in arrays that are sorted by
	 * their first character: small, and quick to search.
	 */
	private static final class Node<T extends Matchable> {

		/** One of the affixes that lead here or beyond. */
		private final String affix;

		/** How many characters of it lead here. */
		private final int end;

		private char[] characters = {};

		@SuppressWarnings({ "unchecked", "rawtypes" })
		private Node<T>[] children = new Node[0];

		private @Nullable Group<T> group;

		Node(String affix, int end) {
			this.affix = affix;
			this.end = end;
		}

		/**
		 * The index of a child, as {@link Arrays#binarySearch(char[], char)} returns it.
		 */
		int find(char character) {
			return Arrays.binarySearch(this.characters, character);
		}

		void insert(int place, char character, Node<T> child) {
			char[] grown = new char[this.characters.length + 1];
			System.arraycopy(this.characters, 0, grown, 0, place);
			grown[place] = character;
			System.arraycopy(this.characters, place, grown, place + 1, this.characters.length - place);
			Node<T>[] moved = Arrays.copyOf(this.children, grown.length);
			System.arraycopy(this.children, place, moved, place + 1, this.children.length - place);
			moved[place] = child;
			this.characters = grown;
			this.children = moved;
		}

	}

	/**
	 * A hook or guard as the index finds it.
	 */
	interface Matchable {

		/**
		 * The name, for messages.
		 */
		String name();

		Set<KvEventType> events();

		@Nullable KeyFilter filter();

		int order();

		/**
		 * Whether it may read values.
		 */
		default boolean takesValue() {
			return true;
		}

		/**
		 * The position in the order of registration, different for each.
		 */
		long sequence();

	}

}
