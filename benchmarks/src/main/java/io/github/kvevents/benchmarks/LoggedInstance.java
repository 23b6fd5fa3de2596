package io.github.kvevents.benchmarks;

import java.time.Clock;
import java.time.Duration;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatches;

/**
 * A template that writes a change log, and watches that read it, put together as an
 * application's are.
 */
final class LoggedInstance implements AutoCloseable {

	private final StoreChangeFeed feed;

	private final KvWatches watches;

	private final KvTemplate template;

	LoggedInstance(LettuceConnectionFactory connections, Namespace namespace) {
		ChangeLogSettings settings = new ChangeLogSettings(namespace, "benchmark", 100_000, Duration.ofHours(1));
		PlainKvCodec codec = new PlainKvCodec();
		RedisKvStore store = new RedisKvStore(connections, KeyNames.plain(), null, settings);
		RedisChangeLogStore log = new RedisChangeLogStore(connections, KeyNames.plain(), settings);
		this.feed = new StoreChangeFeed(log);
		this.watches = new KvWatches(store, log, this.feed, codec, settings.instanceId(), Clock.systemUTC());
		this.template = KvTemplate.builder(store, codec).watches(this.watches).build();
		this.feed.start();
		this.watches.start();
	}

	KvTemplate template() {
		return this.template;
	}

	@Override
	public void close() {
		this.watches.stop();
		this.feed.stop();
	}

}
