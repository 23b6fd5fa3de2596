package io.github.kvevents.hook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Events that an operation dispatches ahead of its own.
 */
@Timeout(120)
class AheadDeliveryTests {

	private final HookEngine engine = HookEngine.builder()
		.settings(HookSettings.defaults().queueCapacity(3).concurrency(1))
		.build();

	private final KvEventDispatcher dispatcher = this.engine.getDispatcher();

	private final Queue<String> received = new ConcurrentLinkedQueue<>();

	private final Queue<KvDelivery> delivered = new ConcurrentLinkedQueue<>();

	private final CountDownLatch gate = new CountDownLatch(1);

	AheadDeliveryTests() {
		this.engine.start();
	}

	@AfterEach
	void stop() {
		this.gate.countDown();
		this.engine.stop();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eventComesAheadOfThoseOfItsOperation(boolean async) {
		KvHookOptions options = KvHookOptions.defaults().id("both").filter(KeyFilter.prefix("k"));
		this.engine.getRegistry()
			.register(async ? options.async() : options,
					(event) -> this.received.add(event.getType() + " " + event.getKey()));
		assertThat(set("k")).isTrue();
		await().until(() -> this.received.size() == 2);
		assertThat(this.received).containsExactly("EXPIRED k", "SET k");
		assertThat(this.delivered).extracting(KvDelivery::reached).containsExactly(Set.of("both"));
		await().until(() -> this.delivered.element().completion().toCompletableFuture().isDone());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eventOfAFailedOperationIsDelivered(boolean async) {
		KvHookOptions options = KvHookOptions.defaults().events(KvEventType.EXPIRED);
		this.engine.getRegistry()
			.register(async ? options.async() : options, (event) -> this.received.add(event.getType().name()));
		RuntimeException failure = new IllegalStateException("from the test");
		try {
			this.dispatcher.dispatch(KvEventType.SET, "k", (events) -> {
				ahead("k");
				throw failure;
			});
		}
		catch (IllegalStateException ex) {
			assertThat(ex).isSameAs(failure);
		}
		await().until(() -> !this.received.isEmpty());
		assertThat(this.received).containsExactly("EXPIRED");
		assertThat(this.delivered).hasSize(1);
	}

	@Test
	void nothingIsDeliveredWithoutAnOperationOnTheKey() {
		this.engine.getRegistry()
			.register(KvHookOptions.defaults(), (event) -> this.received.add(event.getType().name()));
		assertThat(ahead("k")).isFalse();
		this.dispatcher.dispatch(KvEventType.SET, "other", (events) -> assertThat(ahead("k")).isFalse());
		HookEngine another = HookEngine.builder().build();
		another.getDispatcher().dispatch(KvEventType.SET, "k", (events) -> assertThat(ahead("k")).isFalse());
		assertThat(ahead("k")).isFalse();
		assertThat(this.received).isEmpty();
		assertThat(this.delivered).isEmpty();
	}

	/**
	 * Nobody knew of the event when room was reserved.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void writerWaitsForRoomInTheQueueOfAHookThatItsEventFilled(boolean writesAreHeard) throws Exception {
		this.engine.getRegistry().register(KvHookOptions.defaults().events(KvEventType.EXPIRED).async(), (event) -> {
			this.gate.await();
			this.received.add(event.getKey());
		});
		if (writesAreHeard) {
			this.engine.getRegistry().register(KvHookOptions.defaults().events(KvEventType.SET).async(), (event) -> {
			});
		}
		AtomicInteger written = new AtomicInteger();
		Thread writer = new Thread(() -> {
			for (int number = 0; number < 50; number++) {
				set("k" + number);
				written.incrementAndGet();
			}
		});
		writer.start();
		await().until(() -> writer.getState() == Thread.State.WAITING || writer.getState() == Thread.State.TIMED_WAITING
				|| written.get() == 50);
		assertThat(written).hasValueLessThan(10);
		this.gate.countDown();
		writer.join();
		await().until(() -> this.received.size() == 50);
	}

	private boolean set(String key) {
		boolean[] ahead = new boolean[1];
		this.dispatcher.dispatch(KvEventType.SET, List.of(key), (events) -> {
			ahead[0] = ahead(key);
			events.accept(event(key).value(new byte[] { 1 }).set(KvEventType.SET));
		});
		return ahead[0];
	}

	private boolean ahead(String key) {
		KvEvent expired = event(key).expired(Instant.now(), Duration.ZERO);
		return this.dispatcher.deliverAhead(expired, this.delivered::add);
	}

	private KvEventBuilder event(String key) {
		return KvEventBuilder.forKey(this, key, new PlainKvCodec());
	}

}
