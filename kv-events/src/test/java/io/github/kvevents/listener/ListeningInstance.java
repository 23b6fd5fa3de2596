package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * One instance with a template and listeners.
 */
final class ListeningInstance implements AutoCloseable {

	/** No lease ends in a test, however slow the machine is. */
	static final ListenerSettings SETTINGS = new ListenerSettings(Duration.ofMinutes(2), Duration.ofSeconds(3));

	final KvTemplate template;

	final ChangeLogStore log;

	final ListenerEngine engine;

	final Queue<LogGapEvent> gaps = new ConcurrentLinkedQueue<>();

	private final StoreChangeFeed feed;

	private final Runnable ending;

	ListeningInstance(KvStore store, ChangeLogStore log, ListenerStore stores, ListenerSettings settings,
			Runnable ending) {
		this(log.getSettings().instanceId(), store, log, stores, settings, ending);
	}

	private ListeningInstance(String id, KvStore store, ChangeLogStore log, ListenerStore stores,
			ListenerSettings settings, Runnable ending) {
		PlainKvCodec codec = new PlainKvCodec();
		this.log = log;
		this.template = KvTemplate.builder(store, codec).build();
		this.feed = new StoreChangeFeed(log);
		this.engine = ListenerEngine.builder(log, this.feed, stores, codec)
			.instanceId(id)
			.settings(settings)
			.gapPublisher(this.gaps::add)
			.build();
		this.ending = ending;
		this.feed.start();
		this.engine.start();
	}

	static ListeningInstance onRedis(RedisConnectionFactory connectionFactory, String id, int partitions) {
		return onRedis(connectionFactory, id, partitions, SETTINGS);
	}

	static ListeningInstance onRedis(RedisConnectionFactory connectionFactory, String id, int partitions,
			ListenerSettings listenerSettings) {
		Namespace namespace = RedisConnections.of(connectionFactory).isCluster()
				? Namespace.tagged("listening", partitions) : new Namespace("listening", partitions);
		ChangeLogSettings settings = settings(id, namespace);
		RedisKvStore store = new RedisKvStore(connectionFactory, KeyNames.plain(), null, settings);
		return new ListeningInstance(store, new RedisChangeLogStore(connectionFactory, KeyNames.plain(), settings),
				new RedisListenerStore(connectionFactory, settings.namespace(), null), listenerSettings, () -> {
				});
	}

	static ListeningInstance inMemory(String id, int partitions, ListenerSettings listenerSettings) {
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
				settings(id, new Namespace("listening", partitions)));
		store.start();
		return new ListeningInstance(store, store.getChangeLog(), new MemoryListenerStore(System::currentTimeMillis),
				listenerSettings, store::stop);
	}

	/**
	 * What several instances in this process have in common.
	 */
	static Shared shareMemory(int partitions) {
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
				settings("shared", new Namespace("listening", partitions)));
		ListenerStore stores = new MemoryListenerStore(System::currentTimeMillis);
		return (id) -> new ListeningInstance(id, store, store.getChangeLog(), stores, SETTINGS, () -> {
		});
	}

	private static ChangeLogSettings settings(String id, Namespace namespace) {
		return new ChangeLogSettings(namespace, id, 200_000, Duration.ofHours(3));
	}

	KvSubscription listen(String id, ListenerOptions options, KvEventHandler handler) {
		return this.engine.register(id, options, handler);
	}

	@Override
	public void close() {
		this.engine.stop();
		this.feed.stop();
		this.ending.run();
	}

	/**
	 * Makes instances that share a store.
	 */
	interface Shared {

		ListeningInstance createInstance(String id);

	}

}
