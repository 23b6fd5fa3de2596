package io.github.kvevents.support;

import java.util.HashMap;
import java.util.Map;
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

	private final ReadyKeys<T> ready = new ReadyKeys<>();

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
		items.add(node);
		link(node);
		return !items.occupied && this.ready.add(items);
	}

	/**
	 * Takes an item of the key that is ready for longest, and occupies the key.
	 * @return the item, {@code null} if no key is ready
	 */
	public @Nullable T poll() {
		KeyItems<T> items = this.ready.longest;
		if (items == null) {
			return null;
		}
		this.ready.remove(items);
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
		if (items != null && items.first != null) {
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
		Node<T> node = items.remove();
		unlink(node);
		return node.item;
	}

	private boolean removeIfUnused(KeyItems<T> items) {
		if (items.first != null) {
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

		private @Nullable Node<T> first;

		private @Nullable Node<T> last;

		private boolean occupied;

		private boolean ready;

		/** Its neighbours among the ready keys. */
		private @Nullable KeyItems<T> longer;

		private @Nullable KeyItems<T> shorter;

		KeyItems(Object key) {
			this.key = key;
		}

		void add(Node<T> node) {
			if (this.last != null) {
				this.last.next = node;
			}
			else {
				this.first = node;
			}
			this.last = node;
		}

		Node<T> remove() {
			Node<T> node = this.first;
			Assert.state(node != null, "The key has no item");
			this.first = node.next;
			this.last = (node.next != null) ? this.last : null;
			return node;
		}

	}

	/**
	 * The keys that have an item and aren't occupied, linked to each other: any of them
	 * can be removed at once.
	 */
	private static final class ReadyKeys<T> {

		private @Nullable KeyItems<T> longest;

		private @Nullable KeyItems<T> shortest;

		/**
		 * Adds a key behind those that are ready for longer.
		 * @return whether it wasn't ready before
		 */
		boolean add(KeyItems<T> items) {
			if (items.ready) {
				return false;
			}
			items.ready = true;
			items.longer = this.shortest;
			if (this.shortest != null) {
				this.shortest.shorter = items;
			}
			else {
				this.longest = items;
			}
			this.shortest = items;
			return true;
		}

		void remove(KeyItems<T> items) {
			if (!items.ready) {
				return;
			}
			items.ready = false;
			if (items.longer != null) {
				items.longer.shorter = items.shorter;
			}
			else {
				this.longest = items.shorter;
			}
			if (items.shorter != null) {
				items.shorter.longer = items.longer;
			}
			else {
				this.shortest = items.longer;
			}
			items.longer = null;
			items.shorter = null;
		}

		boolean isEmpty() {
			return this.longest == null;
		}

	}

	/**
	 * An item, linked to its neighbours by age: any of them can be removed at once.
	 */
	private static final class Node<T> {

		private final KeyItems<T> items;

		private final T item;

		/** The next item of the same key. */
		private @Nullable Node<T> next;

		private @Nullable Node<T> older;

		private @Nullable Node<T> younger;

		Node(KeyItems<T> items, T item) {
			this.items = items;
			this.item = item;
		}

	}

}
