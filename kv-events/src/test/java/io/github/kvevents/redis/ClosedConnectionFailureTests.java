package io.github.kvevents.redis;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.support.StoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What calls fail with once their connections are closed on purpose: to all loops it is
 * an outage, which they don't log.
 */
@Timeout(60)
class ClosedConnectionFailureTests {

	@Test
	void commandThatWaitsForReplyAtStop() throws Exception {
		failsAsOutage(TestRedis::freeze, RedisLink::stop);
	}

	@Test
	void commandThatWaitsForReconnectAtStop() throws Exception {
		failsAsOutage(TestRedis::kill, RedisLink::stop);
	}

	@Test
	void commandThatWaitsForReplyAtClose() throws Exception {
		failsAsOutage(TestRedis::freeze, ClosedConnectionFailureTests::close);
	}

	@Test
	void commandThatWaitsForReconnectAtClose() throws Exception {
		failsAsOutage(TestRedis::kill, ClosedConnectionFailureTests::close);
	}

	private static void close(RedisLink link) {
		GenericApplicationContext context = new GenericApplicationContext();
		link.setApplicationContext(context);
		link.onApplicationEvent(new ContextClosedEvent(context));
	}

	private static void failsAsOutage(Consumer<TestRedis> outage, Consumer<RedisLink> ending) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			RedisLink link = new RedisLink(redis.connectionFactory());
			RedisConnectionFactory connections = link.connectionFactory();
			RedisConnection connection = connections.getConnection();
			connection.ping();
			outage.accept(redis);
			FutureTask<@Nullable String> call = new FutureTask<>(connection::ping);
			Thread caller = new Thread(call, "caller");
			caller.start();
			await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
			ending.accept(link);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(call::get)
				.satisfies((ex) -> assertOutage(ex.getCause()));
			assertOutage(catchThrowable(connection::ping));
			assertOutage(catchThrowable(connections::getConnection));
			link.destroy();
			assertOutage(catchThrowable(connections::getConnection));
		}
	}

	private static void assertOutage(@Nullable Throwable failure) {
		assertThat(failure).isNotNull();
		assertThat(StoreFailure.of(failure)).as("%s", failure).matches(StoreFailure::isOutage);
	}

}
