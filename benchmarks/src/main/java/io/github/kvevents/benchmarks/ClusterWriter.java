package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.SetCondition;
import org.springframework.data.redis.core.types.Expiration;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * One side of {@link ClusterWriteCost}: what writes, and the servers it writes to.
 */
abstract class ClusterWriter implements AutoCloseable {

	private static final Duration TIME_TO_LIVE = Duration.ofHours(1);

	private final String name;

	private final BenchmarkCluster servers;

	private ClusterWriter(String name, BenchmarkCluster servers) {
		this.name = name;
		this.servers = servers;
	}

	/**
	 * A template with the index and the change log.
	 * @param entries that all partitions of the change log keep together
	 */
	static ClusterWriter tracked(String name, BenchmarkCluster servers, Namespace namespace, int entries) {
		return new Tracked(name, servers, namespace, entries);
	}

	/**
	 * The driver alone, with one {@code SET … PX} for each write.
	 */
	static ClusterWriter bare(String name, BenchmarkCluster servers) {
		return new Bare(name, servers);
	}

	final String name() {
		return this.name;
	}

	final BenchmarkCluster servers() {
		return this.servers;
	}

	/**
	 * The number of the primary that a key is written to.
	 */
	abstract int primaryOf(String key);

	abstract void write(String key);

	abstract void writeAll(Map<String, Object> values);

	@Override
	public abstract void close();

	/**
	 * Another value each time: for one that is there already a write looks into the log.
	 */
	static byte[] value() {
		byte[] value = new byte[100];
		ThreadLocalRandom.current().nextBytes(value);
		return value;
	}

	/**
	 * A template with its servers, put together as an application's is.
	 */
	private static final class Tracked extends ClusterWriter {

		private static final SetOptions OPTIONS = SetOptions.defaults().timeToLive(TIME_TO_LIVE);

		private final Namespace namespace;

		private final RedisLink link;

		private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

		private final ExpiryTracker tracker;

		private final KvTemplate template;

		Tracked(String name, BenchmarkCluster servers, Namespace namespace, int entries) {
			super(name, servers);
			this.namespace = namespace;
			this.link = new RedisLink(servers.connectionFactory());
			this.link.start();
			// as in an application that has started: while it starts nothing waits for
			// Redis longer than two seconds
			GenericApplicationContext application = new GenericApplicationContext();
			application.registerBean(RedisLink.class, () -> this.link);
			application.refresh();
			PlainKvCodec codec = new PlainKvCodec();
			ChangeLogSettings log = new ChangeLogSettings(namespace, "0a4b7e8c-one", entries / namespace.partitions(),
					Duration.ofHours(24));
			this.tracker = ExpiryTracker
				.builder(this.link.connectionFactory(), namespace, this.engine.getDispatcher(), codec)
				.log(log)
				.build();
			this.template = KvTemplate
				.builder(new RedisKvStore(this.link.connectionFactory(), KeyNames.plain(), this.tracker, log), codec)
				.dispatcher(this.engine.getDispatcher())
				.guards(this.engine.getGuards())
				.build();
			this.engine.getRegistry()
				.register(KvHookOptions.defaults().events(KvEventType.EXPIRED).filter(KeyFilter.prefix("none:")),
						(event) -> {
						});
			this.engine.start();
			this.tracker.start();
		}

		@Override
		int primaryOf(String key) {
			return servers().primaryOf(this.namespace.tag(this.namespace.partitionOf(key)));
		}

		@Override
		void write(String key) {
			this.template.setRaw(key, value(), OPTIONS);
		}

		@Override
		void writeAll(Map<String, Object> values) {
			this.template.batchSet(values, OPTIONS);
		}

		@Override
		public void close() {
			this.tracker.stop();
			this.engine.stop();
			this.link.stop();
			this.link.destroy();
		}

	}

	/**
	 * What the machine makes of the same order of writes without kv-events.
	 */
	private static final class Bare extends ClusterWriter {

		private final RedisConnection connection;

		Bare(String name, BenchmarkCluster servers) {
			super(name, servers);
			this.connection = servers.connectionFactory().getConnection();
		}

		@Override
		int primaryOf(String key) {
			return servers().primaryOf(name(key));
		}

		@Override
		void write(String key) {
			set(key, value());
		}

		@Override
		void writeAll(Map<String, Object> values) {
			values.forEach((key, value) -> set(key, (byte[]) value));
		}

		private static String name(String key) {
			return "bare:" + key;
		}

		private void set(String key, byte[] value) {
			this.connection.stringCommands()
				.set(name(key).getBytes(StandardCharsets.UTF_8), value, SetCondition.upsert(),
						Expiration.from(TIME_TO_LIVE));
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

}
