package io.github.kvevents.redis.expiry;

import java.time.Duration;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.StoreExpiryPublisher;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Keys in memory, which expire by themselves.
 */
class MemoryExpiryContractTests extends ExpiryContractTests {

	private final MemoryKvStore store = new MemoryKvStore();

	private final StoreExpiryPublisher publisher = new StoreExpiryPublisher(TrackingMode.AUTO, this.store,
			this.engine.getDispatcher(), new PlainKvCodec(), INSTANCE_ID, 2, 50, Duration.ofSeconds(5), (event) -> {
			});

	@Override
	KvStore store() {
		this.publisher.start();
		return this.store;
	}

	@Override
	void start() {
		this.store.start();
	}

	@Override
	KvStore startUnswept() {
		return this.store;
	}

	@Override
	void stop() {
		this.store.stop();
		this.publisher.stop();
	}

}
