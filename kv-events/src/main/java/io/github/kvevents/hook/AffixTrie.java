package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds what is stored under any prefix (or suffix) of a key, in one walk along the key.
 * Not to be changed any more once it is read by several threads.
 *
 * @param <T> what is stored
 */
final class AffixTrie<T> {

	private final Node<T> root = new Node<>();

	private final boolean fromEnd;

	private AffixTrie(boolean fromEnd) {
		this.fromEnd = fromEnd;
	}

	static <T> AffixTrie<T> ofPrefixes() {
		return new AffixTrie<>(false);
	}

	static <T> AffixTrie<T> ofSuffixes() {
		return new AffixTrie<>(true);
	}

	void add(String affix, T element) {
		Node<T> node = this.root;
		for (int step = 0; step < affix.length(); step++) {
			node = node.childOrNew(at(affix, step));
		}
		node.elements.add(element);
	}

	void collect(String key, List<T> found) {
		Node<T> node = this.root;
		for (int step = 0; step < key.length(); step++) {
			node = node.child(at(key, step));
			if (node == null) {
				return;
			}
			found.addAll(node.elements);
		}
	}

	private char at(String text, int step) {
		return text.charAt(this.fromEnd ? text.length() - 1 - step : step);
	}

	/**
	 * Children lie in arrays that are sorted by character: small, and quick to search.
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
