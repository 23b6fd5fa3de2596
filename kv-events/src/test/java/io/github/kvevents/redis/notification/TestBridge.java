package io.github.kvevents.redis.notification;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Function;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.NotificationStatus.State;
import io.github.kvevents.redis.expiry.RecordingDispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * A bridge with settings that suit a test, stopped when closed.
 */
public final class TestBridge implements AutoCloseable {

	static final Instant NOW = Instant.parse("2031-05-06T07:08:09Z");

	static final NotificationSettings SETTINGS = NotificationSettings.defaults()
		.backOff(Duration.ofMillis(20), Duration.ofMillis(200));

	private final ExpiryNotificationBridge bridge;

	private TestBridge(ExpiryNotificationBridge bridge) {
		this.bridge = bridge;
		bridge.start();
	}

	static TestBridge start(RedisConnectionFactory connectionFactory, NotificationSettings settings,
			RecordingDispatcher dispatcher) {
		return start(connectionFactory, settings, dispatcher,
				(key) -> Optional.of(new String(key, StandardCharsets.UTF_8)));
	}

	static TestBridge start(RedisConnectionFactory connectionFactory, NotificationSettings settings,
			RecordingDispatcher dispatcher, Function<byte[], Optional<String>> keyReader) {
		return new TestBridge(new ExpiryNotificationBridge(connectionFactory, settings, keyReader, dispatcher,
				mock(KvCodec.class), "instance-7", Clock.fixed(NOW, ZoneOffset.UTC)));
	}

	TestBridge awaitListening() {
		return awaitState(State.LISTENING);
	}

	TestBridge awaitState(State state) {
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(this.bridge.getStatus().state()).isEqualTo(state));
		return this;
	}

	NotificationStatus status() {
		return this.bridge.getStatus();
	}

	ExpiryNotificationBridge get() {
		return this.bridge;
	}

	public static void awaitNoThreads() {
		awaitNoThreads(ExpiryNotificationBridge.THREAD_PREFIX);
	}

	/**
	 * Waits a little: a pool is terminated just before its last thread ends.
	 */
	public static void awaitNoThreads(String prefix) {
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith(prefix)));
	}

	@Override
	public void close() {
		this.bridge.stop();
	}

}
