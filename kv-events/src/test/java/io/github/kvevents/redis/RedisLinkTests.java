package io.github.kvevents.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.SilentServer;
import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A link closes during an attempt to connect to a server that accepts connections and
 * never answers.
 */
class RedisLinkTests {

	@RepeatedTest(5)
	@Timeout(60)
	void stopsAndEndsWhileItConnects() throws Exception {
		try (SilentServer silent = new SilentServer()) {
			LettuceConnectionFactory application = new LettuceConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", silent.getPort()));
			application.afterPropertiesSet();
			RedisLink link = new RedisLink(application);
			link.start();
			Thread user = new Thread(() -> {
				try {
					link.connectionFactory().getConnection();
				}
				catch (RuntimeException ex) {
					// it doesn't answer
				}
			});
			user.start();
			await().until(() -> connecting() == 1);
			long before = System.nanoTime();
			link.stop();
			link.destroy();
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
			await().atMost(Duration.ofSeconds(20)).until(() -> connecting() == 0);
			user.join();
			application.destroy();
		}
	}

	@Test
	@Timeout(60)
	void connectionThatDoesNotCloseHoldsNobodyUp() {
		try (TestRedis redis = TestRedis.start()) {
			RedisLink link = new RedisLink(redis.connectionFactory());
			StartedLink.start(link);
			link.connectionFactory().getConnection().close();
			CompletableFuture<Void> closed = new CompletableFuture<>();
			AtomicBoolean ending = new AtomicBoolean();
			link.end((own) -> {
				ending.set(true);
				closed.join();
			});
			assertThat(ending).isTrue();
			closed.complete(null);
			link.destroy();
		}
	}

	private static long connecting() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("kv-redis-connect"))
			.count();
	}

}
