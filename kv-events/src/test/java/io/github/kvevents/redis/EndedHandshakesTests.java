package io.github.kvevents.redis;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Connections that are refused, by clients that are stopped before the handshake times
 * out.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class EndedHandshakesTests {

	private static final Duration TIMEOUT = Duration.ofMillis(500);

	/** Nothing listens there. */
	private static final int REFUSING = 1;

	private final ClientResources resources = DefaultClientResources.create();

	@AfterEach
	void shutDown() {
		this.resources.shutdown(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	@Test
	void commands(CapturedOutput output) throws Exception {
		refusedAndStopped(OwnLettuce.of(application()), output);
	}

	@Test
	void largeReads(CapturedOutput output) throws Exception {
		LettuceConnectionFactory own = OwnLettuce.withoutReconnect(application());
		assertThat(own).isNotNull();
		refusedAndStopped(own, output);
	}

	@Test
	void nodesOfACluster(CapturedOutput output) throws Exception {
		LettuceConnectionFactory application = application();
		RedisConnectionFactory own = OwnLettuce.of(application);
		refusedAndStopped(OwnLettuce.toNode(application, own, "127.0.0.1", REFUSING, true), output);
		OwnLettuce.destroy(own);
	}

	private void refusedAndStopped(RedisConnectionFactory own, CapturedOutput output) throws Exception {
		assertThatExceptionOfType(RedisConnectionFailureException.class).isThrownBy(() -> own.getConnection().ping());
		OwnLettuce.destroy(own);
		// behind the handshake's, on the same timer and the same threads
		CountDownLatch timedOut = new CountDownLatch(this.resources.computationThreadPoolSize());
		this.resources.timer().newTimeout((timeout) -> {
			for (int thread = 0; thread < this.resources.computationThreadPoolSize(); thread++) {
				this.resources.eventExecutorGroup().execute(timedOut::countDown);
			}
		}, TIMEOUT.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
		timedOut.await();
		assertThat(output.getAll()).doesNotContain("RejectedExecutionException");
	}

	private LettuceConnectionFactory application() {
		LettuceConnectionFactory application = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", REFUSING),
				LettuceClientConfiguration.builder()
					.clientResources(this.resources)
					.shutdownTimeout(Duration.ZERO)
					.commandTimeout(TIMEOUT)
					.build());
		application.afterPropertiesSet();
		return application;
	}

}
