package io.github.kvevents.redis.expiry;

import java.util.List;
import java.util.function.UnaryOperator;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.script.RedisScript;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.Namespace;

/**
 * One instance of an application, as far as expiry is concerned: a template that tracks,
 * and a tracker whose deliveries are recorded.
 */
final class TrackedInstance implements AutoCloseable {

	static final Namespace NAMESPACE = Namespace.of("shop");

	static final KeyNames NAMES = KeyNames.prefixedWith("app:");

	final RecordingDispatcher dispatcher = new RecordingDispatcher();

	final ExpiryTracker tracker;

	final KvTemplate template;

	TrackedInstance(RedisConnectionFactory connectionFactory, UnaryOperator<ExpiryTrackerBuilder> configurer) {
		this(connectionFactory, NAMESPACE, configurer);
	}

	TrackedInstance(RedisConnectionFactory connectionFactory, Namespace namespace,
			UnaryOperator<ExpiryTrackerBuilder> configurer) {
		this.tracker = configurer
			.apply(ExpiryTracker.builder(connectionFactory, namespace, this.dispatcher, new PlainKvCodec())
				.names(NAMES))
			.build();
		this.template = KvTemplate.builder(new RedisKvStore(connectionFactory, NAMES, this.tracker), new PlainKvCodec())
			.build();
	}

	TrackedInstance start() {
		this.tracker.start();
		return this;
	}

	/**
	 * When a key expires, in epoch milliseconds.
	 */
	static long expireTime(TestRedis redis, String name) {
		return redis.template()
			.execute(RedisScript.of("return redis.call('PEXPIRETIME', KEYS[1])", Long.class), List.of(name));
	}

	/**
	 * Has the deadlines that are tracked for keys pass at once, in place of a time to
	 * live that could end before others have done something to the key.
	 * @return the deadline, in epoch milliseconds
	 */
	static long endNow(TestRedis redis, String... names) {
		return endNow(redis, "kv-events:{shop:0}:deadlines", List.of(names));
	}

	static long endNow(TestRedis redis, String deadlines, List<String> names) {
		long deadline = System.currentTimeMillis();
		for (String name : names) {
			redis.execute("ZADD", deadlines, "XX", String.valueOf(deadline), name);
		}
		return deadline;
	}

	List<String> expired() {
		return this.dispatcher.keys();
	}

	@Override
	public void close() {
		this.tracker.stop();
	}

}
