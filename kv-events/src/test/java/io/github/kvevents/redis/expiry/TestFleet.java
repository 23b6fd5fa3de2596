package io.github.kvevents.redis.expiry;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.ChangeLogSettings;

/**
 * The instances of a test, which stop with it.
 */
final class TestFleet implements AutoCloseable {

	static final String DEADLINES = "kv-events:{fleet:0}:deadlines";

	private final TestRedis redis;

	final RedisConnectionFactory connectionFactory;

	private final List<FleetInstance> instances = new ArrayList<>();

	TestFleet(TestRedis redis) {
		this.redis = redis;
		this.connectionFactory = redis.template().getRequiredConnectionFactory();
	}

	/**
	 * Creates an instance that is not started.
	 */
	FleetInstance instance(String id, TrackingSettings settings, @Nullable ChangeLogSettings log) {
		FleetInstance instance = new FleetInstance(this.connectionFactory, id, settings, log);
		this.instances.add(instance);
		return instance;
	}

	List<FleetInstance> instances() {
		return this.instances;
	}

	/**
	 * The keys whose deadline is in the index, the earliest first.
	 */
	List<String> tracked() {
		return List.copyOf(this.redis.template().opsForZSet().range(DEADLINES, 0, -1));
	}

	void endNow(List<String> keys) {
		TrackedInstance.endNow(this.redis, DEADLINES, keys);
	}

	@Override
	public void close() {
		this.instances.forEach(FleetInstance::close);
	}

}
