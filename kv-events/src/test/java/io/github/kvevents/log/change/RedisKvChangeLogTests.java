package io.github.kvevents.log.change;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * The change log in Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvChangeLogTests extends KvChangeLogContractTests {

	private static final KeyNames NAMES = KeyNames.prefixedWith("pre:");

	private final ChangeLogSettings settings = new ChangeLogSettings(new Namespace("read", 3), "reader-1", 5000,
			Duration.ofHours(3));

	private final ExpiryTracker tracker;

	private final RedisKvStore store;

	private final RedisChangeLogStore changes;

	RedisKvChangeLogTests(TestRedis redis) {
		RedisConnectionFactory connections = redis.template().getRequiredConnectionFactory();
		PlainKvCodec codec = new PlainKvCodec();
		this.tracker = ExpiryTracker
			.builder(connections, this.settings.namespace(), HookEngine.builder().codec(codec).build().getDispatcher(),
					codec)
			.names(NAMES)
			.instanceId(this.settings.instanceId())
			.log(this.settings)
			.build();
		this.store = new RedisKvStore(connections, NAMES, this.tracker, this.settings);
		this.changes = new RedisChangeLogStore(connections, NAMES, this.settings);
	}

	@BeforeEach
	void startTracker() {
		this.tracker.start();
	}

	@AfterEach
	void stopTracker() {
		this.tracker.stop();
	}

	@Override
	KvStore store() {
		return this.store;
	}

	@Override
	ChangeLogStore changes() {
		return this.changes;
	}

}
