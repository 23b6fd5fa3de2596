package io.github.kvevents.support;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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

	/** What was used before, for the next keys and items. */
	private final Spare<T> spare = new Spare<>();

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
		KeyItems<T> items = itemsOf(key);
		Node<T> node = this.spare.node(items, item);
		items.add(node);
		link(node);
		return !items.occupied && this.ready.add(items);
	}

	private KeyItems<T> itemsOf(Object key) {
		KeyItems<T> items = this.keys.get(key);
		if (items == null) {
			items = this.spare.items(key);
			this.keys.put(key, items);
		}
		return items;
	}

	private void forget(KeyItems<T> items) {
		this.keys.remove(items.key);
		this.spare.keep(items);
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
		if (items != null) {
			forget(items);
		}
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
		itemsOf(key).occupied = true;
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
		KeyItems<T> items = node.items;
		T item = removeFirst(items);
		removeIfUnused(items);
		return item;
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
		T item = Objects.requireNonNull(node.item);
		this.spare.keep(node);
		return item;
	}

	private boolean removeIfUnused(KeyItems<T> items) {
		if (items.first != null) {
			return false;
		}
		this.ready.remove(items);
		if (!items.occupied) {
			forget(items);
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
		// it may be used again, as the youngest
		node.older = null;
		node.younger = null;
		this.size--;
	}

	/**
	 * Keys and items that are no longer used: most keys come and go with one item, and
	 * making them anew would be most of what a queue allocates.
	 */
	private static final class Spare<T> {

		private static final int MAX = 64;

		private static final Object FORGOTTEN = "";

		private @Nullable KeyItems<T> keys;

		private int keyCount;

		private @Nullable Node<T> nodes;

		private int nodeCount;

		KeyItems<T> items(Object key) {
			KeyItems<T> items = this.keys;
			if (items == null) {
				return new KeyItems<>(key);
			}
			this.keys = items.longer;
			this.keyCount--;
			items.longer = null;
			items.key = key;
			items.occupied = false;
			return items;
		}

		void keep(KeyItems<T> items) {
			if (this.keyCount < MAX) {
				items.key = FORGOTTEN;
				items.longer = this.keys;
				this.keys = items;
				this.keyCount++;
			}
		}

		Node<T> node(KeyItems<T> items, T item) {
			Node<T> node = this.nodes;
			if (node == null) {
				return new Node<>(items, item);
			}
			this.nodes = node.next;
			this.nodeCount--;
			node.next = null;
			node.items = items;
			node.item = item;
			return node;
		}

		/**
		 * Keeps a node, but not its item.
		 */
		void keep(Node<T> node) {
			node.item = null;
			if (this.nodeCount < MAX) {
				node.next = this.nodes;
				this.nodes = node;
				this.nodeCount++;
			}
		}

	}

	/**
	 * The items of one key, in order.
	 */
	private static final class KeyItems<T> {

		private Object key;

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

		private KeyItems<T> items;

		/** {@code null} while the node is spare. */
		private @Nullable T item;

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
