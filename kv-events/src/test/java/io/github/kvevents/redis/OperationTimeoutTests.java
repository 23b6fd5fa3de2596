package io.github.kvevents.redis;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.FaultProxy;
import io.github.kvevents.fixture.FaultProxy.Direction;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.CallDeadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * An operation whose parts are slow ends as a whole within the command timeout: waiting
 * for Redis to answer, and each of several commands.
 */
class OperationTimeoutTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(7);

	private static final Duration FIRST_PART = Duration.ofSeconds(5);

	private final TestRedis redis = TestRedis.start();

	private final FaultProxy proxy = new FaultProxy(this.redis.getPort(), 7);

	private final RedisLink link = new RedisLink(this.redis.connectionFactory(this.proxy.getPort(), TIMEOUT));

	private final RedisKvStore store = new RedisKvStore(this.link.connectionFactory(), KeyNames.plain());

	private final StaticApplicationContext context = new StaticApplicationContext();

	/** How long the commands of slow connections took, in nanoseconds. */
	private final List<Long> took = new ArrayList<>();

	@BeforeEach
	void connect() {
		this.context.refresh();
		this.link.setApplicationContext(this.context);
		this.link.onApplicationEvent(new ContextRefreshedEvent(this.context));
		this.link.start();
		this.store.set(new StoreWrite("key", new byte[] { '1' }));
	}

	@AfterEach
	void stop() {
		this.proxy.release(false);
		this.redis.execute("CLIENT", "UNPAUSE");
		this.link.destroy();
		this.context.close();
		this.proxy.close();
		this.redis.close();
	}

	@Test
	void writeAfterAWaitForTheServer() {
		this.link.doubt();
		assertEndsInTime((store) -> store.set(new StoreWrite("key", new byte[] { '2' })));
	}

	@Test
	void updateWhoseReadWasSlow() {
		assertEndsInTime((store) -> KvTemplate.builder(store, new JsonKvCodec(JsonMapper.builder().build()))
			.build()
			.update("key", Integer.class, (number) -> 2));
	}

	/**
	 * What reads is answered late; what writes is not answered at all.
	 */
	private void assertEndsInTime(Consumer<RedisKvStore> operation) {
		this.redis.execute("CLIENT", "PAUSE", "60000", "WRITE");
		this.proxy.hold(Direction.REQUESTS);
		long start = System.nanoTime();
		CompletableFuture<Void> running = CompletableFuture.runAsync(() -> operation.accept(this.store));
		await().pollDelay(FIRST_PART).until(() -> !running.isDone());
		this.proxy.release(false);
		assertThat(running).failsWithin(TIMEOUT.multipliedBy(3))
			.withThrowableThat()
			.withCauseInstanceOf(QueryTimeoutException.class);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(TIMEOUT.minusMillis(100),
				TIMEOUT.plus(FIRST_PART).minusMillis(500));
	}

	@Test
	void groupsOfABatchWaitForWhatTheSlowestLeft() {
		List<Long> waited = new ArrayList<>();
		RedisConnectionFactory real = this.redis.connectionFactory();
		RedisConnectionFactory slow = (RedisConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
					waited.add(CallDeadline.takeWait());
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
					return method.invoke(real, arguments);
				});
		GroupedBatch batch = new GroupedBatch(RedisScript.load(PlainWrites.class, "set-all.lua"));
		for (int group = 1; group <= 3; group++) {
			batch.add(group, SetCommand.of(KeyNames.plain(), new StoreWrite("key" + group, new byte[] { '3' })));
		}
		assertThat(batch.send(new RedisConnections(slow)).failure()).isNull();
		assertThat(waited).hasSize(3).startsWith(0L);
		assertThat(waited.get(1)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
		assertThat(waited.get(2)).isGreaterThanOrEqualTo(waited.get(1));
		assertThat(this.redis.template().opsForValue().get("key3")).isEqualTo("3");
		assertThat(CallDeadline.takeWait()).isZero();
	}

	/**
	 * Hooks for an expiry that the batch detects run before its next group is sent.
	 */
	@Test
	void groupsOfABatchDoNotWaitForHooks() {
		Namespace namespace = new Namespace("shop", 2);
		List<Long> waited = new ArrayList<>();
		List<String> ended = new ArrayList<>();
		RedisKvStore store = new RedisKvStore(slow(waited, "nothing"), KeyNames.plain(), new ExpiryTracking() {

			@Override
			public Namespace namespace() {
				return namespace;
			}

			@Override
			public String instanceId() {
				return "one";
			}

			@Override
			public boolean isActive() {
				return true;
			}

			@Override
			public boolean deliversEnded() {
				return true;
			}

			@Override
			public void lifetimeEnded(int partition, String key, EndedLifetime lifetime) {
				ended.add(key);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(900));
			}

			@Override
			public void deadlineSet(int partition, long timeToLiveMillis) {
				// nothing sweeps
			}

		});
		String first = key(namespace, 0);
		String second = key(namespace, 1);
		this.redis.template().opsForZSet().add(namespace.deadlines(0), first, 1);
		assertThat(store
			.setAll(List.of(new StoreWrite(first, new byte[] { '4' }), new StoreWrite(second, new byte[] { '4' })))
			.failure()).isNull();
		assertThat(ended).containsExactly(first);
		assertThat(this.redis.template().opsForValue().get(second)).isEqualTo("4");
		assertThat(waited.get(waited.size() - 1)).isBetween(1L,
				Collections.max(this.took) + TimeUnit.MILLISECONDS.toNanos(700));
	}

	private static String key(Namespace namespace, int partition) {
		return IntStream.range(0, 1000)
			.mapToObj((number) -> "key" + number)
			.filter((key) -> namespace.partitionOf(key) == partition)
			.findFirst()
			.orElseThrow();
	}

	@Test
	void groupsOfABatchWaitForTheSlowestCommandAndNotForAll() {
		List<Long> waited = new ArrayList<>();
		GroupedBatch batch = new GroupedBatch(RedisScript.load(PlainWrites.class, "set-all.lua"));
		for (int number = 0; number < 3 * RedisBatch.MAX_KEYS; number++) {
			batch.add(1, SetCommand.of(KeyNames.plain(), new StoreWrite("many" + number, new byte[] { '5' })));
		}
		batch.add(2, SetCommand.of(KeyNames.plain(), new StoreWrite("last", new byte[] { '5' })));
		assertThat(batch.send(new RedisConnections(slow(waited, "evalSha"))).failure()).isNull();
		assertThat(waited).hasSize(2);
		assertThat(this.took).hasSizeGreaterThanOrEqualTo(3);
		assertThat(waited.get(1)).isBetween(TimeUnit.MILLISECONDS.toNanos(400),
				Collections.max(this.took) + TimeUnit.MILLISECONDS.toNanos(600));
	}

	/**
	 * The first write of a partition creates a consumer group before.
	 */
	@Test
	void writeThatIsPrecededByAnotherCommandEndsEarlier() {
		List<Long> waited = new ArrayList<>();
		RedisKvStore store = new RedisKvStore(slow(waited, "xGroupCreate"), KeyNames.plain(), new ExpiryTracking() {

			@Override
			public Namespace namespace() {
				return new Namespace("other", 1);
			}

			@Override
			public String instanceId() {
				return "one";
			}

			@Override
			public boolean isActive() {
				return true;
			}

			@Override
			public void deadlineSet(int partition, long timeToLiveMillis) {
				// nothing sweeps
			}

		});
		store.set(new StoreWrite("key", new byte[] { '6' }));
		store.set(new StoreWrite("key", new byte[] { '7' }));
		assertThat(waited).hasSize(3);
		assertThat(waited.get(1)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
		assertThat(waited.get(2)).isZero();
	}

	@Test
	void readOfAPageEndsEarlierAfterAWaitForItsConnection() {
		Duration timeout = Duration.ofSeconds(4);
		LinkTarget target = new LinkTarget(this.redis.connectionFactory(this.redis.getPort(), timeout));
		LinkState state = new LinkState(() -> {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2000));
			return target.connectAll();
		}, timeout, null, (failure) -> false);
		state.started();
		try (RedisConnection connection = target.connectForPages(state, 0)) {
			assertThatExceptionOfType(QueryTimeoutException.class)
				.isThrownBy(() -> connection.listCommands().bLPop(3, new byte[] { '-' }));
		}
		finally {
			target.forOwn(OwnLettuce::destroy);
		}
	}

	@Test
	void timeoutOfZeroIsNone() {
		RedisLink endless = new RedisLink(this.redis.connectionFactory(this.redis.getPort(), Duration.ZERO));
		endless.start();
		try {
			RedisKvStore store = new RedisKvStore(endless.connectionFactory(), KeyNames.plain());
			// the driver lets a handshake last until the next tick of its timer then,
			// which may come first on a busy machine
			await().ignoreExceptions().untilAsserted(() -> store.set(new StoreWrite("key", new byte[] { '8' })));
			endless.doubt();
			store.set(new StoreWrite("key", new byte[] { '9' }));
			assertThat(this.redis.template().opsForValue().get("key")).isEqualTo("9");
			assertThat(BlockingReads.waitTime(endless.connectionFactory(), Duration.ofMillis(1700)))
				.isEqualTo(Duration.ofMillis(1700));
		}
		finally {
			endless.destroy();
		}
	}

	/**
	 * A factory whose connections are slow.
	 * @param waited receives how long the operation has waited before each of them
	 * @param command what is slow
	 */
	private RedisConnectionFactory slow(List<Long> waited, String command) {
		RedisConnectionFactory real = this.redis.connectionFactory();
		return proxy(RedisConnectionFactory.class, (method, arguments) -> {
			waited.add(CallDeadline.takeWait());
			return proxy(RedisConnection.class, (group, none) -> {
				Object target = group.invoke(real.getConnection(), none);
				return WatchedCalls.isGroup(group) ? proxy(group.getReturnType(), (call, parameters) -> {
					long begun = System.nanoTime();
					if (call.getName().startsWith(command)) {
						LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
					}
					try {
						return call.invoke(target, parameters);
					}
					finally {
						this.took.add(System.nanoTime() - begun);
					}
				}) : target;
			});
		});
	}

	private static <T> T proxy(Class<T> type, BiCall call) {
		return type.cast(Proxy.newProxyInstance(OperationTimeoutTests.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					try {
						return call.invoke(method, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				}));
	}

	/**
	 * What a proxy does.
	 */
	private interface BiCall {

		@Nullable Object invoke(Method method, @Nullable Object @Nullable [] arguments) throws Throwable;

	}

}
