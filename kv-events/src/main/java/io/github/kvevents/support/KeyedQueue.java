package io.github.kvevents.support;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Items in order by key: who takes an item occupies its key, and the next item of that
 * key can be taken only after that. Different keys can be taken at the same time, the one
 * that is ready for longest first. Not thread-safe: its owner guards it by a lock. For
 * our packages.
 *
 * @param <T> the type of the items
 */
public final class KeyedQueue<T> {

	/** Each key that has an item or is occupied. */
	private final Map<Object, KeyItems<T>> keys = new HashMap<>();

	/** The keys that have an item and aren't occupied, longest waiting first. */
	private final Set<KeyItems<T>> ready = new LinkedHashSet<>();

	private @Nullable Node<T> oldest;

	private @Nullable Node<T> youngest;

	private int size;

	/**
	 * How many items are queued, without those that were taken.
	 * @return the number
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Whether there is an item that can be taken.
	 * @return whether {@link #poll()} would return one
	 */
	public boolean isReady() {
		return !this.ready.isEmpty();
	}

	/**
	 * The keys that have an item or are occupied.
	 * @return the keys
	 */
	public Stream<Object> keys() {
		return this.keys.keySet().stream();
	}

	/**
	 * Adds an item behind those of the same key.
	 * @param key the key
	 * @param item the item
	 * @return whether the key is ready by that
	 */
	public boolean add(Object key, T item) {
		KeyItems<T> items = this.keys.computeIfAbsent(key, KeyItems::new);
		Node<T> node = new Node<>(items, item);
		items.nodes.add(node);
		link(node);
		return !items.occupied && this.ready.add(items);
	}

	/**
	 * Takes an item of the key that is ready for longest, and occupies the key.
	 * @return the item, {@code null} if no key is ready
	 */
	public @Nullable T poll() {
		Iterator<KeyItems<T>> longest = this.ready.iterator();
		if (!longest.hasNext()) {
			return null;
		}
		KeyItems<T> items = longest.next();
		longest.remove();
		items.occupied = true;
		return removeFirst(items);
	}

	/**
	 * Takes the next item of an occupied key. If there is none, the key is released.
	 * @param key the key
	 * @return the item, {@code null} if there is none
	 */
	public @Nullable T next(Object key) {
		KeyItems<T> items = this.keys.get(key);
		if (items != null && !items.nodes.isEmpty()) {
			return removeFirst(items);
		}
		this.keys.remove(key);
		return null;
	}

	/**
	 * Occupies a key that has no item and isn't occupied.
	 * @param key the key
	 * @return whether it did
	 */
	public boolean occupy(Object key) {
		if (this.keys.containsKey(key)) {
			return false;
		}
		this.keys.computeIfAbsent(key, KeyItems::new).occupied = true;
		return true;
	}

	/**
	 * Releases an occupied key. Does nothing if everything was dropped meanwhile.
	 * @param key the key
	 * @return whether the key is ready again, since it has further items
	 */
	public boolean release(Object key) {
		KeyItems<T> items = this.keys.get(key);
		if (items == null) {
			return false;
		}
		items.occupied = false;
		return !removeIfUnused(items) && this.ready.add(items);
	}

	/**
	 * Removes the oldest item of all, which is the oldest of its key.
	 * @return the item
	 * @throws IllegalStateException if nothing is queued
	 */
	public T removeOldest() {
		Node<T> node = this.oldest;
		Assert.state(node != null, "Nothing is queued");
		removeFirst(node.items);
		removeIfUnused(node.items);
		return node.item;
	}

	/**
	 * Drops all items, and forgets which keys are occupied.
	 * @return how many items were dropped
	 */
	public int clear() {
		int dropped = this.size;
		while (this.size > 0) {
			removeOldest();
		}
		this.keys.clear();
		return dropped;
	}

	private T removeFirst(KeyItems<T> items) {
		Node<T> node = items.nodes.remove();
		unlink(node);
		return node.item;
	}

	private boolean removeIfUnused(KeyItems<T> items) {
		if (!items.nodes.isEmpty()) {
			return false;
		}
		this.ready.remove(items);
		if (!items.occupied) {
			this.keys.remove(items.key);
		}
		return true;
	}

	private void link(Node<T> node) {
		node.older = this.youngest;
		if (this.youngest != null) {
			this.youngest.younger = node;
		}
		else {
			this.oldest = node;
		}
		this.youngest = node;
		this.size++;
	}

	private void unlink(Node<T> node) {
		if (node.older != null) {
			node.older.younger = node.younger;
		}
		else {
			this.oldest = node.younger;
		}
		if (node.younger != null) {
			node.younger.older = node.older;
		}
		else {
			this.youngest = node.older;
		}
		this.size--;
	}

	/**
	 * The items of one key, in order.
	 */
	private static final class KeyItems<T> {

		private final Object key;

		private final Queue<Node<T>> nodes = new ArrayDeque<>(2);

		private boolean occupied;

		KeyItems(Object key) {
			this.key = key;
		}

	}

	/**
	 * An item, linked to its neighbours by age: any of them can be removed at once.
	 */
	private static final class Node<T> {

		private final KeyItems<T> items;

		private final T item;

		private @Nullable Node<T> older;

		private @Nullable Node<T> younger;

		Node(KeyItems<T> items, T item) {
			this.items = items;
			this.item = item;
		}

	}

}
