package io.github.kvevents.redis;

import java.net.ConnectException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import org.jspecify.annotations.Nullable;
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
import static org.awaitility.Awaitility.await;

/**
 * Attempts to connect of clients that are stopped: before the handshake of a refused one
 * times out, while it is made, and after the threads have ended.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class QuietAttemptsTests {

	private static final Duration TIMEOUT = Duration.ofMillis(500);

	/** Nothing listens there. */
	private static final int REFUSING = 1;

	private final ClientResources resources = DefaultClientResources.builder().nettyCustomizer(new NettyCustomizer() {

		@Override
		public void afterBootstrapInitialized(Bootstrap bootstrap) {
			Consumer<Bootstrap> action = QuietAttemptsTests.this.bootstrapped;
			if (action != null) {
				action.accept(bootstrap);
			}
		}

	}).build();

	/** Is called before the driver connects. */
	private @Nullable Consumer<Bootstrap> bootstrapped;

	@AfterEach
	void shutDown() {
		this.resources.shutdown(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	@Test
	void commands(CapturedOutput output) throws Exception {
		LettuceConnectionFactory application = application();
		refusedAndStopped(OwnLettuce.of(application, OwnLettuce.resources(application)), output);
	}

	@Test
	void largeReads(CapturedOutput output) throws Exception {
		LettuceConnectionFactory application = application();
		LettuceConnectionFactory own = OwnLettuce.withoutReconnect(application, OwnLettuce.resources(application));
		assertThat(own).isNotNull();
		refusedAndStopped(own, output);
	}

	@Test
	void nodesOfACluster(CapturedOutput output) throws Exception {
		LettuceConnectionFactory application = application();
		refusedAndStopped(
				OwnLettuce.toNode(application, OwnLettuce.resources(application), "127.0.0.1", REFUSING, true), output);
	}

	/**
	 * A thread that began to connect just before connections were cut is refused by the
	 * server, as it would have been a moment earlier. Then the driver's threads end.
	 */
	@Test
	void attemptDuringCut(CapturedOutput output) {
		LettuceConnectionFactory application = application();
		RedisConnectionFactory own = OwnLettuce.of(application, OwnLettuce.resources(application));
		RedisClient client = refused(own);
		AtomicReference<@Nullable EventLoopGroup> threads = new AtomicReference<>();
		this.bootstrapped = (bootstrap) -> {
			this.bootstrapped = null;
			OwnLettuce.cut(own);
			threads.set(Objects.requireNonNull(bootstrap.config().group()));
		};
		assertThatExceptionOfType(RedisConnectionException.class).isThrownBy(client::connectPubSub)
			.withRootCauseInstanceOf(ConnectException.class);
		await().until(() -> Objects.requireNonNull(threads.get()).isTerminated());
		assertThat(output.getAll()).doesNotContain("RejectedExecutionException");
	}

	private void refusedAndStopped(RedisConnectionFactory own, CapturedOutput output) throws Exception {
		RedisClient client = refused(own);
		OwnLettuce.destroy(own);
		assertThatExceptionOfType(RedisConnectionException.class).isThrownBy(client::connectPubSub);
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

	private static RedisClient refused(RedisConnectionFactory own) {
		RedisClient client = (RedisClient) ((LettuceConnectionFactory) own).getRequiredNativeClient();
		assertThatExceptionOfType(RedisConnectionFailureException.class).isThrownBy(() -> own.getConnection().ping());
		return client;
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
