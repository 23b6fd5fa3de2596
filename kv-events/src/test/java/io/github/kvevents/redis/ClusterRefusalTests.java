package io.github.kvevents.redis;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What can't work in Redis Cluster is refused with the way out, never with
 * {@code CROSSSLOT}.
 */
@ExtendWith(TestClusterExtension.class)
class ClusterRefusalTests {

	private final TestCluster cluster;

	ClusterRefusalTests(TestCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void plainNamespaceWithALog() {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("plain", 4), "one", 1000, Duration.ofHours(1));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new RedisKvStore(this.cluster.sharedConnections(), KeyNames.plain(), null, settings))
			.withMessageContaining("use 'Namespace.tagged(\"plain\", 4)'");
	}

	@Test
	void factoryThatHidesThatItIsOfACluster() {
		RedisKvStore store = new RedisKvStore(wrapped(this.cluster.connectionFactory()), KeyNames.plain());
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> store.set(new StoreWrite("a", new byte[1])))
			.withMessageContaining("connects to a Redis Cluster, but doesn't tell");
	}

	@Test
	void nodeAsASingleServer() {
		TestRedis node = this.cluster.primaries().get(0);
		RedisKvStore store = new RedisKvStore(node.connectionFactory(), KeyNames.plain());
		assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
			.isThrownBy(() -> store.set(new StoreWrite("a", new byte[1])))
			.withMessageContaining("set 'spring.data.redis.cluster.nodes' instead of 'spring.data.redis.host'");
	}

	private static RedisConnectionFactory wrapped(RedisConnectionFactory factory) {
		return (RedisConnectionFactory) Proxy.newProxyInstance(ClusterRefusalTests.class.getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
					try {
						return method.invoke(factory, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
