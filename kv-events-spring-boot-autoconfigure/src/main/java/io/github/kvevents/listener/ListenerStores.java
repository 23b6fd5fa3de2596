package io.github.kvevents.listener;

/**
 * Where listeners keep how far they are, who has what and what was put aside: in the same
 * place as the change log.
 */
public final class ListenerStores {

	private final ListenerStore store;

	ListenerStores(ListenerStore store) {
		this.store = store;
	}

	/**
	 * In this process.
	 * @return a new store, for all engines that are given it
	 */
	public static ListenerStores memory() {
		return new ListenerStores(new MemoryListenerStore(System::currentTimeMillis));
	}

	ListenerStore store() {
		return this.store;
	}

}
