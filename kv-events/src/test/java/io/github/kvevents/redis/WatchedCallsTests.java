package io.github.kvevents.redis;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.CallDeadline;
import io.github.kvevents.support.CallPatience;
import io.github.kvevents.support.StoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link WatchedCalls} in Redis Cluster, with a connection whose failures are
 * chosen.
 */
class WatchedCallsTests {

	private final AtomicInteger calls = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(strings = { "TRYAGAIN Multiple keys request during rehashing of slot",
			"CLUSTERDOWN The cluster is down", "MOVED 7 127.0.0.1:7001", "ASK 7 127.0.0.1:7001",
			"READONLY You can't write against a read only replica.", "LOADING Redis is loading the dataset in memory",
			"Currently not connected. Commands are rejected." })
	void commandThatNoNodeExecutedIsRepeated(String refusal) {
		RedisConnection connection = connection(true, Duration.ofSeconds(30), (call) -> (call < 4) ? refusal : null);
		assertThat(connection.ping()).isEqualTo("PONG");
		assertThat(this.calls).hasValue(4);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ERR value is not an integer", "WRONGTYPE Operation against a key", "NOPERM no", "TRY",
			"Connection closed prematurely" })
	void commandThatMayHaveBeenExecutedIsNotRepeated(String failure) {
		RedisConnection connection = connection(true, Duration.ofSeconds(30), (call) -> failure);
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(connection::ping);
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void commandIsNotRepeatedOnASingleServer() {
		RedisConnection connection = connection(false, Duration.ofSeconds(30), (call) -> "CLUSTERDOWN");
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(connection::ping);
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void repetitionEndsWithTheTimeout() {
		RedisConnection connection = connection(true, Duration.ofMillis(60), (call) -> "CLUSTERDOWN");
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(connection::ping)
			.havingRootCause()
			.withMessage("CLUSTERDOWN");
		assertThat(this.calls).hasValueGreaterThan(1);
	}

	@Test
	void interruptEndsTheRepetitionAndIsKept() {
		RedisConnection connection = connection(true, Duration.ofMinutes(10), (call) -> {
			if (call == 3) {
				Thread.currentThread().interrupt();
			}
			return "CLUSTERDOWN";
		});
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(connection::ping);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.calls).hasValue(3);
	}

	@Test
	void callsOfAThreadThatServesSeveralPartitionsAreRepeatedForAMoment() {
		RedisConnection connection = connection(true, Duration.ofMinutes(10), (call) -> "CLUSTERDOWN");
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(() -> CallPatience.brief(connection::ping));
		int repeated = this.calls.get();
		assertThat(repeated).isGreaterThan(2);
		RedisConnection recovering = connection(true, Duration.ofMinutes(10),
				(call) -> (call < repeated + 9) ? "CLUSTERDOWN" : null);
		CallPatience.brief(() -> {
			CallPatience.usual(() -> assertThat(recovering.ping()).isEqualTo("PONG"));
			return "";
		});
	}

	@Test
	void repeatedCommandEndsWithinTheTimeoutOfTheFirst() {
		long before = System.nanoTime();
		List<@Nullable Long> ends = new ArrayList<>();
		RedisConnection connection = connection(true, Duration.ofSeconds(50), (call) -> {
			ends.add(CallDeadline.get());
			return (call < 3) ? "CLUSTERDOWN" : null;
		});
		connection.ping();
		assertThat(ends).hasSize(3).startsWith((Long) null);
		assertThat(ends.get(2)).isEqualTo(ends.get(1)).isBetween(before, before + Duration.ofSeconds(55).toNanos());
		assertThat(CallDeadline.get()).isNull();
	}

	@Test
	void commandAfterAWaitEndsEarlier() {
		List<@Nullable Long> left = new ArrayList<>();
		RedisConnection connection = connection(false, Duration.ofSeconds(50), Duration.ofSeconds(30).toNanos(),
				(call) -> {
					left.add(Objects.requireNonNull(CallDeadline.get()) - System.nanoTime());
					return null;
				});
		connection.ping();
		connection.ping();
		assertThat(left).hasSize(2)
			.allSatisfy((nanos) -> assertThat(nanos).isBetween(1L, Duration.ofSeconds(20).toNanos()));
		assertThat(CallDeadline.get()).isNull();
	}

	@Test
	void commandOfAConnectionThatIsNotBoundedMayTakeTheWholeTimeout() {
		List<@Nullable Long> ends = new ArrayList<>();
		RedisConnection connection = connection(false, Duration.ofSeconds(50), (call) -> {
			ends.add(CallDeadline.get());
			LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
			return null;
		});
		connection.ping();
		connection.ping();
		assertThat(ends).containsExactly(null, null);
	}

	private RedisConnection connection(boolean cluster, Duration timeout, IntFunction<@Nullable String> failures) {
		return connection(cluster, timeout, WatchedCalls.UNBOUNDED, failures);
	}

	/**
	 * A connection whose PING fails.
	 * @param failures the message for each call, counted from 1; {@code null} for success
	 */
	private RedisConnection connection(boolean cluster, Duration timeout, long waitedNanos,
			IntFunction<@Nullable String> failures) {
		RedisConnection target = (RedisConnection) Proxy.newProxyInstance(WatchedCallsTests.class.getClassLoader(),
				new Class<?>[] { RedisConnection.class }, (proxy, method, arguments) -> {
					String failure = failures.apply(this.calls.incrementAndGet());
					if (failure != null) {
						throw new RedisSystemException("Error in execution", new IllegalStateException(failure));
					}
					return "PONG";
				});
		NodeOutages nodes = new NodeOutages(() -> {
			throw new IllegalStateException("no node");
		});
		return WatchedCalls.watch(target, new LinkState(() -> target, timeout, cluster ? nodes : null,
				(failure) -> cluster && StoreFailure.isNotServed(failure)), waitedNanos, () -> {
				});
	}

}
