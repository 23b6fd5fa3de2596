package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FollowDelivery}.
 */
@Timeout(20)
class FollowDeliveryTests {

	private static final PlainKvCodec CODEC = new PlainKvCodec();

	private static final Duration LONG = Duration.ofSeconds(30);

	private final RecordingFollower follower = new RecordingFollower() {

		@Override
		public void onEntries(List<LogEntry> entries) throws Exception {
			super.onEntries(entries);
			FollowDeliveryTests.this.work.run();
		}

	};

	private final FollowDelivery delivery = new FollowDelivery("log", this.follower, CODEC, LONG);

	private Work work = this::close;

	private void close() {
		this.delivery.close();
		this.delivery.awaitLetThrough();
	}

	@Test
	void closeFromWithinDoesNotWaitForItself() {
		this.delivery.first(FollowStart.with(List.of()));
		assertEnded();
	}

	@Test
	void closeFromAHookThatTheListenerWaitsForDoesNotWaitForTheListener() {
		HookEngine engine = HookEngine.builder().build();
		engine.getRegistry().register(KvHookOptions.defaults().timeout(LONG), (event) -> close());
		this.work = () -> engine.getDispatcher()
			.dispatch(KvEventType.SET, List.of("k"), (events) -> events.accept(setEvent()));
		this.delivery.first(FollowStart.with(List.of()));
		assertEnded();
		engine.stop();
	}

	@Test
	void closeFromOutsideWaitsForTheListener() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.work = () -> {
			begun.countDown();
			release.await();
		};
		Thread listening = new Thread(() -> this.delivery.first(FollowStart.with(List.of())));
		Thread closing = new Thread(this::close);
		listening.start();
		begun.await();
		closing.start();
		closing.join(200);
		assertThat(closing.isAlive()).isTrue();
		release.countDown();
		closing.join();
		listening.join(TimeUnit.SECONDS.toMillis(30));
		assertEnded();
	}

	private void assertEnded() {
		assertThat(this.delivery.isOpen()).isFalse();
		assertThat(this.delivery.getFailures()).isZero();
		assertThat(this.follower.batches).hasSize(1);
		this.delivery.next(List.of());
		assertThat(this.follower.batches).hasSize(1);
	}

	private KvEvent setEvent() {
		return KvEventBuilder.forKey(this, "k", CODEC).value("v".getBytes(StandardCharsets.UTF_8)).set(KvEventType.SET);
	}

	/**
	 * What the listener does.
	 */
	@FunctionalInterface
	private interface Work {

		void run() throws Exception;

	}

}
