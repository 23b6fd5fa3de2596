package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookSettings;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever kv-events calls may close the application: that is neither waited for nor
 * interrupted by the application's own stop.
 */
@ExtendWith(TestRedisExtension.class)
class CloseFromWithinTests {

	/** Far more than closing takes, so that no wait for itself could be overlooked. */
	private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(90);

	private final TestRedis redis;

	private final BlockingQueue<Closing> closings = new LinkedBlockingQueue<>();

	private final AtomicBoolean begun = new AtomicBoolean();

	private @Nullable ConfigurableApplicationContext context;

	CloseFromWithinTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void close() {
		if (this.context != null) {
			this.context.close();
		}
	}

	private ConfigurableApplicationContext start(String store, String... properties) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.data.redis.port=" + this.redis.getPort(),
					"spring.application.name=closing", "kv.events.store=" + store, "kv.events.log.enabled=true",
					"kv.events.expiry.tracking.mode=all",
					"kv.events.hooks.shutdown-timeout=" + SHUTDOWN_TIMEOUT.toSeconds() + "s")
			.properties(properties)
			.initializers((created) -> created.getBeanFactory()
				.registerSingleton("errorHandler", (KvHookErrorHandler) (error) -> {
					if (error.hookId().equals("failing")) {
						closeContext();
					}
				}))
			.run();
		this.context = context;
		return context;
	}

	/** Called where code of the application is called. */
	private void closeContext() {
		ConfigurableApplicationContext context = this.context;
		if (context == null || !this.begun.compareAndSet(false, true)) {
			return;
		}
		long start = System.nanoTime();
		context.close();
		this.closings.add(new Closing(Duration.ofNanos(System.nanoTime() - start), Thread.interrupted()));
	}

	private void closeContext(KvEvent event) {
		closeContext();
	}

	static Stream<Arguments> ways() {
		return Stream.of("memory", "redis")
			.flatMap((store) -> Stream
				.of("async", "timed", "timed in async", "async error handler", "every instance", "every instance async",
						"expired", "expired async", "expired timed", "expired error", "listener", "timed in listener",
						"watch")
				.map((way) -> Arguments.of(store, way)));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void returnsSoonAndIsNotInterrupted(String store, String way) throws Exception {
		ConfigurableApplicationContext context = start(store);
		KvTemplate template = context.getBean(KvTemplate.class);
		arrange(way, context.getBean(KvHookRegistry.class), template);
		if (way.startsWith("expired")) {
			template.set("k", "v", Duration.ofMillis(50));
		}
		else {
			template.set("k", "v");
		}
		assertClosedSoon();
		assertThat(context.isActive()).isFalse();
	}

	@Test
	void hookOfANotificationReturnsSoonAndIsNotInterrupted() throws Exception {
		ConfigurableApplicationContext context = start("redis", "kv.events.expiry.tracking.mode=off",
				"kv.events.log.enabled=false", "kv.events.expiry.notifications.mode=configure");
		context.getBean(KvHookRegistry.class)
			.register(KvHookOptions.defaults().events(KvEventType.EXPIRED), this::closeContext);
		KvTemplate template = context.getBean(KvTemplate.class);
		await().atMost(SHUTDOWN_TIMEOUT).until(() -> {
			if (this.begun.get()) {
				return true;
			}
			// the bridge subscribes a moment after the hook was registered
			template.set("k", "v", Duration.ofMillis(20));
			return false;
		});
		assertClosedSoon();
	}

	@ParameterizedTest
	@CsvSource({ "memory, false", "memory, true", "redis, false", "redis, true" })
	void anExpiryBehindTheOneWhoseHookClosesIsNotWaitedFor(String store, boolean async) throws Exception {
		ConfigurableApplicationContext context = start(store, "kv.events.expiry.threads=1",
				"kv.events.hooks.async.concurrency=1", "kv.events.partitions=1");
		CountDownLatch gate = new CountDownLatch(1);
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		KvHookOptions options = KvHookOptions.defaults().events(KvEventType.EXPIRED);
		context.getBean(KvHookRegistry.class).register(async ? options.async() : options, (event) -> {
			gate.await();
			closeContext();
			handled.add(event.getKey());
		});
		KvTemplate template = context.getBean(KvTemplate.class);
		ExpiryMonitor monitor = context.getBean(ExpiryMonitor.class);
		expire(template, monitor, "k", 1);
		expire(template, monitor, "k", 2);
		expire(template, monitor, "other", 3);
		gate.countDown();
		assertClosedSoon();
		await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("k", "other"));
	}

	private static void expire(KvTemplate template, ExpiryMonitor monitor, String key, long pending) {
		template.set(key, "v", Duration.ofMillis(20));
		await().atMost(Duration.ofSeconds(60))
			.until(() -> monitor.getStatus()
				.partitions()
				.stream()
				.flatMap((partition) -> partition.pendingByInstance().values().stream())
				.mapToLong(Long::longValue)
				.sum() == pending);
	}

	private void assertClosedSoon() throws InterruptedException {
		Closing closing = this.closings.poll(SHUTDOWN_TIMEOUT.toSeconds() * 2, TimeUnit.SECONDS);
		assertThat(closing).isNotNull();
		assertThat(closing.took()).isLessThan(SHUTDOWN_TIMEOUT.dividedBy(2));
		assertThat(closing.interrupted()).isFalse();
	}

	private void arrange(String way, KvHookRegistry hooks, KvTemplate template) {
		KvHookOptions key = KvHookOptions.defaults().filter(KeyFilter.keys(List.of("k")));
		KvHookOptions other = KvHookOptions.defaults().filter(KeyFilter.keys(List.of("other")));
		KvHookOptions everywhere = key.events(KvEventType.SET).scope(KvHookScope.EVERY_INSTANCE);
		KvHookOptions expired = key.events(KvEventType.EXPIRED);
		Duration timeout = Duration.ofSeconds(60);
		switch (way) {
			case "async" -> hooks.register(key.async(), this::closeContext);
			case "timed" -> hooks.register(key.timeout(timeout), this::closeContext);
			case "timed in async" -> {
				hooks.register(other.timeout(timeout), this::closeContext);
				hooks.register(key.async(), (event) -> template.set("other", "v"));
			}
			case "async error handler" -> hooks.register(key.id("failing").async(), CloseFromWithinTests::fail);
			case "every instance" -> hooks.register(everywhere, this::closeContext);
			case "every instance async" -> hooks.register(everywhere.async(), this::closeContext);
			case "expired" -> hooks.register(expired, this::closeContext);
			case "expired async" -> hooks.register(expired.async(), this::closeContext);
			case "expired timed" -> hooks.register(expired.timeout(timeout), this::closeContext);
			case "expired error" -> hooks.register(expired.id("failing"), CloseFromWithinTests::fail);
			case "listener" -> listen();
			case "timed in listener" -> {
				hooks.register(other.timeout(timeout), this::closeContext);
				registry().register("writing", ListenerOptions.defaults().filter(KeyFilter.keys(List.of("k"))),
						(event) -> template.set("other", "v"));
			}
			case "watch" -> template.watch(WatchOptions.prefix("k")).publisher().subscribe(new ClosingSubscriber());
			default -> throw new IllegalArgumentException(way);
		}
	}

	private static void fail(KvEvent event) {
		throw new IllegalStateException("from the test");
	}

	private KvListenerRegistry registry() {
		ConfigurableApplicationContext context = this.context;
		assertThat(context).isNotNull();
		return context.getBean(KvListenerRegistry.class);
	}

	private void listen() {
		registry().register("closing", ListenerOptions.defaults().concurrency(2), this::closeContext);
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void aFollowThatClosesTheApplicationIsNotInterrupted(String store) throws Exception {
		start(store).getBean(KvEventLogs.class)
			.open("closing", EventLogOptions.defaults())
			.tailAndFollow(new ClosingFollower());
		Closing closing = this.closings.poll(60, TimeUnit.SECONDS);
		assertThat(closing).isNotNull();
		assertThat(closing.interrupted()).isFalse();
	}

	@Test
	void whatWasQueuedBesideTheHookThatClosesIsHandledFirst() throws Exception {
		ConfigurableApplicationContext context = start("memory", "kv.events.hooks.async.concurrency=1",
				"kv.events.hooks.async.max-threads=1");
		CountDownLatch gate = new CountDownLatch(1);
		AtomicInteger handled = new AtomicInteger();
		KvTemplate template = context.getBean(KvTemplate.class);
		context.getBean(KvHookRegistry.class).register(KvHookOptions.defaults().async(), (event) -> {
			gate.await();
			closeContext();
			handled.incrementAndGet();
		});
		template.set("k", "closes");
		template.set("k", "dropped, since it comes behind");
		template.set("a", "1");
		template.set("b", "1");
		gate.countDown();
		Closing closing = this.closings.poll(120, TimeUnit.SECONDS);
		assertThat(closing).isNotNull();
		assertThat(closing.took()).isLessThan(SHUTDOWN_TIMEOUT.dividedBy(2));
		await().until(() -> handled.get() == 3);
	}

	@Test
	void otherHooksThatHangAreInterruptedAtTheTimeout() throws Exception {
		HookEngine engine = HookEngine.builder()
			.settings(HookSettings.defaults().shutdownTimeout(Duration.ofMillis(200)))
			.build();
		engine.start();
		CountDownLatch hangs = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		CountDownLatch stopped = new CountDownLatch(1);
		AtomicBoolean flag = new AtomicBoolean();
		KvTemplate template = KvTemplate.builder(new MemoryKvStore(), new PlainKvCodec())
			.dispatcher(engine.getDispatcher())
			.build();
		engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
			if (event.getKey().equals("hangs")) {
				hangs.countDown();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					interrupted.countDown();
				}
				return;
			}
			hangs.await();
			engine.stop();
			flag.set(Thread.interrupted());
			stopped.countDown();
		});
		template.set("hangs", "1");
		template.set("stops", "1");
		assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(flag).isFalse();
	}

	private record Closing(Duration took, boolean interrupted) {
	}

	private final class ClosingSubscriber implements Flow.Subscriber<KvEvent> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(10);
		}

		@Override
		public void onNext(KvEvent event) {
			closeContext();
		}

		@Override
		public void onError(Throwable throwable) {
		}

		@Override
		public void onComplete() {
		}

	}

	private final class ClosingFollower implements FollowListener {

		@Override
		public void onEntries(List<LogEntry> entries) {
			closeContext();
		}

		@Override
		public void onGap(FollowGap gap) {
		}

		@Override
		public void onDeleted(@Nullable EntryId lastDelivered) {
		}

		@Override
		public void onError(Throwable error) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
