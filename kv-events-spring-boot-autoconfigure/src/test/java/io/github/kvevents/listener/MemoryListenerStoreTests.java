package io.github.kvevents.listener;

/**
 * {@link MemoryListenerStore}.
 */
class MemoryListenerStoreTests extends ListenerStoreContractTests {

	@Override
	ListenerStore createStore() {
		return new MemoryListenerStore(System::currentTimeMillis);
	}

}
