package io.github.kvevents.redis;

import java.time.Duration;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * One instance that keeps a change log and has no hooks: the store, the log, and the
 * detection of expiries.
 */
final class LoggingInstance implements AutoCloseable {

	static final KeyNames NAMES = KeyNames.prefixedWith("app:");

	final RedisKvStore store;

	final RedisChangeLogStore log;

	private final ExpiryTracker tracker;

	LoggingInstance(RedisConnectionFactory connectionFactory, Namespace namespace) {
		this(connectionFactory, new ChangeLogSettings(namespace, "instance one", 60_000, Duration.ofHours(2)));
	}

	LoggingInstance(RedisConnectionFactory connectionFactory, ChangeLogSettings settings) {
		PlainKvCodec codec = new PlainKvCodec();
		this.tracker = ExpiryTracker
			.builder(connectionFactory, settings.namespace(), HookEngine.builder().codec(codec).build().getDispatcher(),
					codec)
			.names(NAMES)
			.instanceId(settings.instanceId())
			.log(settings)
			.build();
		this.store = new RedisKvStore(connectionFactory, NAMES, this.tracker, settings);
		this.log = new RedisChangeLogStore(connectionFactory, NAMES, settings);
	}

	LoggingInstance start() {
		this.tracker.start();
		return this;
	}

	@Override
	public void close() {
		this.tracker.stop();
	}

}
