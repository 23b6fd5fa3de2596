package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Connections of a {@link RedisLink} are used again by the next operation, unless
 * something may be left behind in them.
 */
class ReusedConnectionTests {

	private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);

	private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

	private static TestRedis redis;

	private RedisLink link;

	@BeforeAll
	static void startRedis() {
		redis = TestRedis.start();
	}

	@AfterAll
	static void stopRedis() {
		redis.close();
	}

	@BeforeEach
	void startLink() {
		this.link = new RedisLink(redis.connectionFactory());
		StartedLink.start(this.link);
	}

	@AfterEach
	void endLink() {
		this.link.stop();
		this.link.destroy();
	}

	private RedisConnection open() {
		return this.link.connectionFactory().getConnection();
	}

	private RedisConnection used() {
		RedisConnection connection = open();
		connection.stringCommands().set(KEY, VALUE);
		connection.close();
		return connection;
	}

	@Test
	void plainCommandLeavesTheConnectionForTheNextOperation() {
		RedisConnection first = used();
		RedisConnection second = open();
		assertThat(second).isSameAs(first);
		assertThat(second.isClosed()).isFalse();
		assertThat(second.stringCommands().get(KEY)).isEqualTo(VALUE);
		second.close();
		assertThat(second.isClosed()).isTrue();
	}

	@Test
	void connectionInUseIsNotGivenToAnotherOperation() {
		RedisConnection first = used();
		RedisConnection outer = open();
		try (RedisConnection inner = open()) {
			assertThat(outer).isSameAs(first);
			assertThat(inner).isNotSameAs(outer);
		}
		outer.close();
	}

	@Test
	void connectionThatIsClosedTwiceIsKeptOnce() throws Exception {
		RedisConnection first = used();
		RedisConnection second = open();
		ExecutorService other = Executors.newSingleThreadExecutor();
		try {
			// by threads with a place of their own for it
			for (int thread = 0; thread < 20; thread++) {
				other.submit(second::close).get();
				other.shutdown();
				other = Executors.newSingleThreadExecutor();
			}
		}
		finally {
			other.shutdown();
		}
		Set<RedisConnection> opened = Collections.newSetFromMap(new IdentityHashMap<>());
		for (int thread = 0; thread < 20; thread++) {
			ExecutorService user = Executors.newSingleThreadExecutor();
			RedisConnection connection = user.submit(this::open).get();
			user.shutdown();
			assertThat(opened.add(connection)).isTrue();
		}
		assertThat(opened).contains(first);
		opened.forEach(RedisConnection::close);
	}

	@Test
	void modeOfAnOperationDoesNotReachTheNextOne() {
		RedisConnection pipelined = open();
		pipelined.openPipeline();
		pipelined.stringCommands().get(KEY);
		pipelined.close();
		try (RedisConnection next = open()) {
			assertThat(next).isNotSameAs(pipelined);
			assertThat(next.isPipelined()).isFalse();
			next.stringCommands().set(KEY, VALUE);
			assertThat(next.stringCommands().get(KEY)).isEqualTo(VALUE);
		}
	}

	@Test
	void nativeConnectionThatWasHandedOutIsNotUsedByOthers() {
		RedisConnection known = open();
		known.getNativeConnection();
		known.close();
		try (RedisConnection next = open()) {
			assertThat(next).isNotSameAs(known);
		}
	}

	@Test
	void failedCommandEndsTheUseOfTheConnection() {
		RedisConnection failing = open();
		failing.keyCommands().del(KEY);
		failing.hashCommands().hSet(KEY, VALUE, VALUE);
		failing.close();
		RedisConnection plain = open();
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> plain.stringCommands().get(KEY));
		plain.keyCommands().exists(KEY);
		plain.close();
		try (RedisConnection next = open()) {
			assertThat(next).isNotSameAs(plain);
			next.keyCommands().del(KEY);
		}
	}

	@Test
	void connectionOfBeforeARestartIsNotUsedAfterIt() {
		RedisConnection before = used();
		this.link.stop();
		this.link.start();
		try (RedisConnection after = open()) {
			assertThat(after).isNotSameAs(before);
			assertThat(after.stringCommands().get(KEY)).isEqualTo(VALUE);
		}
	}

	@Test
	void connectionIsNotUsedOnceTheDriverHasConnectedAnew() {
		LinkTarget target = new LinkTarget(redis.connectionFactory());
		LinkState state = new LinkState(target::connectAll, Duration.ofSeconds(10), null, (failure) -> false);
		RedisConnection before = target.connect(state, 0);
		before.stringCommands().set(KEY, VALUE);
		before.close();
		target.forOwn((own) -> ((LettuceConnectionFactory) own).resetConnection());
		try (RedisConnection after = target.connect(state, 0)) {
			assertThat(after).isNotSameAs(before);
			assertThat(after.stringCommands().get(KEY)).isEqualTo(VALUE);
		}
		target.forOwn(OwnLettuce::destroy);
	}

	@Test
	void callsOfConnectionsThatAreKeptAreNotTakenForSilence() throws Exception {
		LinkState state = new LinkState(redis.connectionFactory()::getConnection, Duration.ofSeconds(10), null,
				(failure) -> false);
		LinkState.Call call = state.idle().begin();
		call.pause();
		assertThat(call.isOlder(System.nanoTime() + TimeUnit.HOURS.toNanos(1))).isFalse();
		call.begin();
		assertThat(call.isOlder(System.nanoTime() + TimeUnit.HOURS.toNanos(1))).isTrue();
		assertThat(call.isOlder(call.since())).isFalse();
	}

	@Test
	void commandThatHangsOnAConnectionThatIsUsedAgainIsNoticed() throws Exception {
		LinkTarget target = new LinkTarget(redis.connectionFactory(redis.getPort(), Duration.ofMinutes(1)));
		AtomicInteger attempts = new AtomicInteger();
		LinkState state = new LinkState(() -> {
			attempts.incrementAndGet();
			return target.connectAll();
		}, Duration.ofMinutes(1), null, (failure) -> false);
		state.awaitAnswer(0);
		RedisConnection before = target.connect(state, 0);
		before.stringCommands().set(KEY, VALUE);
		before.close();
		RedisConnection again = target.connect(state, 0);
		assertThat(again).isSameAs(before);
		ExecutorService users = Executors.newCachedThreadPool();
		redis.freeze();
		try {
			users.execute(() -> again.stringCommands().get(KEY));
			await().atMost(Duration.ofSeconds(20)).until(() -> {
				users.execute(() -> state.awaitAnswer(0));
				return attempts.get() > 1;
			});
		}
		finally {
			redis.thaw();
			users.shutdownNow();
			target.forOwn(OwnLettuce::destroy);
		}
	}

	@Test
	void threadsNeverShareAConnection() throws Exception {
		int threads = 8;
		Set<RedisConnection> inUse = ConcurrentHashMap.newKeySet();
		Set<Future<Void>> users = new HashSet<>();
		CyclicBarrier start = new CyclicBarrier(threads);
		// several threads for each place
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int thread = 0; thread < threads; thread++) {
				users.add(executor.submit(() -> {
					start.await();
					for (int time = 0; time < 500; time++) {
						RedisConnection connection = open();
						assertThat(inUse.add(connection)).isTrue();
						connection.stringCommands().set(KEY, VALUE);
						inUse.remove(connection);
						connection.close();
					}
					return null;
				}));
			}
			for (Future<Void> user : users) {
				user.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

}
