package io.github.kvevents.redis;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.FaultProxy;
import io.github.kvevents.fixture.FaultProxy.Direction;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.CallDeadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An operation whose parts are slow ends as a whole within the command timeout: waiting
 * for Redis to answer, and each of several commands.
 */
class OperationTimeoutTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(4);

	private static final Duration FIRST_PART = Duration.ofMillis(2500);

	private final TestRedis redis = TestRedis.start();

	private final FaultProxy proxy = new FaultProxy(this.redis.getPort(), 7);

	private final RedisLink link = new RedisLink(this.redis.connectionFactory(this.proxy.getPort(), TIMEOUT));

	private final RedisKvStore store = new RedisKvStore(this.link.connectionFactory(), KeyNames.plain());

	private final StaticApplicationContext context = new StaticApplicationContext();

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

}
