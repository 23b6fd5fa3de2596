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

import org.jspecify.annotations.Nullable;

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
 */
final class MatchIndex<T extends MatchIndex.Matchable> {

	private static final Comparator<Matchable> ORDER = Comparator.comparingInt(Matchable::order)
		.thenComparingLong(Matchable::sequence);

	private final Map<KvEventType, Keys<T>> byType = new EnumMap<>(KvEventType.class);

	MatchIndex(Collection<? extends T> elements) {
		for (T element : elements) {
			for (KvEventType type : element.events()) {
				this.byType.computeIfAbsent(type, (key) -> new Keys<>()).add(element);
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
		return keys != null && keys.mayMatch(key);
	}

	/**
	 * The elements that match, in the order in which they are to be called.
	 * @param type the operation
	 * @param key the key
	 * @param context the context of the operation: filters run one deeper, as hooks do
	 * @param filterFailure called with each element whose filter threw: it isn't in the
	 * result
	 */
	List<T> find(KvEventType type, String key, DispatchContext context, BiConsumer<T, Throwable> filterFailure) {
		Keys<T> keys = this.byType.get(type);
		if (keys == null) {
			return List.of();
		}
		List<T> candidates = keys.candidates(key);
		if (candidates.isEmpty()) {
			return List.of();
		}
		if (candidates.size() > 1) {
			candidates.sort(ORDER);
		}
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
		T last = null;
		for (T candidate : candidates) {
			// found in several ways when its hint has several alternatives
			if (candidate != last && matches(candidate, key, context, filterFailure)) {
				found.add(candidate);
			}
			last = candidate;
		}
		return found;
	}

	private boolean matches(T candidate, String key, DispatchContext context, BiConsumer<T, Throwable> filterFailure) {
		KeyFilter filter = candidate.filter();
		if (filter == null) {
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

	private static final class Keys<T extends Matchable> {

		private final Map<String, List<T>> exact = new HashMap<>();

		private final AffixTrie<T> prefixes = new AffixTrie<>(false);

		private final AffixTrie<T> suffixes = new AffixTrie<>(true);

		private final List<T> any = new ArrayList<>();

		void add(T element) {
			KeyFilter filter = element.filter();
			KeyHint hint = (filter != null) ? filter.hint() : KeyHint.anyKey();
			if (hint.any()) {
				this.any.add(element);
				return;
			}
			hint.keys().forEach((key) -> this.exact.computeIfAbsent(key, (k) -> new ArrayList<>()).add(element));
			hint.prefixes().forEach((prefix) -> this.prefixes.add(prefix, element));
			hint.suffixes().forEach((suffix) -> this.suffixes.add(suffix, element));
		}

		boolean mayMatch(String key) {
			return !this.any.isEmpty() || this.exact.containsKey(key) || this.prefixes.finds(key)
					|| this.suffixes.finds(key);
		}

		List<T> candidates(String key) {
			List<T> candidates = new ArrayList<>(this.any);
			List<T> keyed = this.exact.get(key);
			if (keyed != null) {
				candidates.addAll(keyed);
			}
			this.prefixes.collect(key, candidates);
			this.suffixes.collect(key, candidates);
			return candidates;
		}

	}

	/**
	 * Finds what is stored under any prefix (or suffix) of a key, in one walk along the
	 * key. Not to be changed any more once it is read by several threads.
	 *
	 * @param <T> what is stored
	 */
	private static final class AffixTrie<T> {

		private final Node<T> root = new Node<>();

		private final boolean fromEnd;

		AffixTrie(boolean fromEnd) {
			this.fromEnd = fromEnd;
		}

		void add(String affix, T element) {
			Node<T> node = this.root;
			for (int step = 0; step < affix.length(); step++) {
				node = node.childOrNew(at(affix, step));
			}
			node.elements.add(element);
		}

		boolean finds(String key) {
			Node<T> node = this.root;
			for (int step = 0; step < key.length() && node != null; step++) {
				node = node.child(at(key, step));
				if (node != null && !node.elements.isEmpty()) {
					return true;
				}
			}
			return false;
		}

		void collect(String key, List<T> found) {
			Node<T> node = this.root;
			for (int step = 0; step < key.length(); step++) {
				node = node.child(at(key, step));
				if (node == null) {
					return;
				}
				if (!node.elements.isEmpty()) {
					// asked first: addAll copies even an empty list
					found.addAll(node.elements);
				}
			}
		}

		private char at(String text, int step) {
			return text.charAt(this.fromEnd ? text.length() - 1 - step : step);
		}

		/**
		 * Children lie in arrays that are sorted by character: small, and quick to
		 * search.
		 */
		private static final class Node<T> {

			private char[] characters = new char[0];

			private final List<Node<T>> children = new ArrayList<>(0);

			private final List<T> elements = new ArrayList<>(0);

			@Nullable Node<T> child(char character) {
				int index = Arrays.binarySearch(this.characters, character);
				return (index >= 0) ? this.children.get(index) : null;
			}

			Node<T> childOrNew(char character) {
				int index = Arrays.binarySearch(this.characters, character);
				if (index >= 0) {
					return this.children.get(index);
				}
				int place = -index - 1;
				char[] grown = new char[this.characters.length + 1];
				System.arraycopy(this.characters, 0, grown, 0, place);
				grown[place] = character;
				System.arraycopy(this.characters, place, grown, place + 1, this.characters.length - place);
				this.characters = grown;
				Node<T> child = new Node<>();
				this.children.add(place, child);
				return child;
			}

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
		 * The position in the order of registration, different for each.
		 */
		long sequence();

	}

}
