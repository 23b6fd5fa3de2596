package io.github.kvevents.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Links to factories that an application makes itself, without {@code ClientResources}:
 * each client of the driver would make threads of its own.
 */
@Timeout(60)
@ExtendWith(TestClusterExtension.class)
class HandMadeFactoryTests {

	private final Set<Thread> before = new HashSet<>(driverThreads());

	@Test
	void connectionsShareThreadsThatEndWithTheLink() {
		try (TestRedis redis = TestRedis.start()) {
			RedisLink link = link(redis);
			for (int round = 0; round < 2; round++) {
				ping(link.connectionFactory());
				ping(RedisLink.forPages(link.connectionFactory()));
				assertThat(added()).filteredOn((thread) -> thread.getName().startsWith("lettuce-timer")).hasSize(1);
				link.stop();
				link.start();
			}
			link.stop();
			link.destroy();
			await().until(() -> added().isEmpty());
		}
	}

	@Test
	void threadsOfLinkThatIsAbandonedEnd() {
		try (TestRedis redis = TestRedis.start()) {
			RedisLink link = link(redis);
			ping(link.connectionFactory());
			redis.freeze();
			GenericApplicationContext context = new GenericApplicationContext();
			link.setApplicationContext(context);
			link.onApplicationEvent(new ContextClosedEvent(context));
			await().ignoreExceptions().until(() -> isAbandoned(link));
			link.stop();
			link.destroy();
			await().until(() -> added().isEmpty());
		}
	}

	@Test
	void threadsOfLinkThatIsUsedAfterItsEndDoNotRemain() {
		try (TestRedis redis = TestRedis.start()) {
			RedisLink link = link(redis);
			ping(link.connectionFactory());
			link.stop();
			link.destroy();
			for (RedisConnectionFactory factory : List.of(link.connectionFactory(),
					RedisLink.forPages(link.connectionFactory()))) {
				assertThat(failureOf(factory)).contains("The connections of kv-events are closed");
			}
			await().until(() -> added().isEmpty());
		}
	}

	/**
	 * They have the threads of the link, which end with each stop.
	 */
	@Test
	void connectionsToNodesReturnAfterStopAndStart(TestCluster cluster) {
		RedisLink link = new RedisLink(cluster.connectionFactory());
		StartedLink.start(link);
		RedisConnectionFactory connections = link.connectionFactory();
		ping(connections);
		String node = "127.0.0.1:" + cluster.nodes().get(0).getPort();
		ClusterNodes nodes = Objects.requireNonNull(ClusterNodes.of(connections));
		ping(nodes.connectionsTo(node));
		link.stop();
		link.start();
		ping(connections);
		ping(nodes.connectionsTo(node));
		link.stop();
		link.destroy();
	}

	private static RedisLink link(TestRedis redis) {
		RedisLink link = new RedisLink(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", redis.getPort())));
		StartedLink.start(link);
		return link;
	}

	private static void ping(RedisConnectionFactory factory) {
		try (RedisConnection connection = factory.getConnection()) {
			assertThat(connection.ping()).isEqualTo("PONG");
		}
	}

	private static boolean isAbandoned(RedisLink link) {
		return failureOf(link.connectionFactory()).contains("while the application closes");
	}

	private static String failureOf(RedisConnectionFactory factory) {
		try {
			ping(factory);
			return "";
		}
		catch (RuntimeException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	private List<Thread> added() {
		return driverThreads().stream().filter((thread) -> !this.before.contains(thread)).toList();
	}

	private static List<Thread> driverThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("lettuce-"))
			.toList();
	}

}
