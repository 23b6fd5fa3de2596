package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.adapter.JdkFlowAdapter;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What was closed leaves nothing in the process and in Redis.
 */
@ExtendWith(TestRedisExtension.class)
class ClosedLeavesNothingTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final TestRedis redis;

	private final ApplicationContextRunner runner;

	ClosedLeavesNothingTests(TestRedis redis) {
		this.redis = redis;
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, MetricsAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
					ObservationAutoConfiguration.class, KvEventsAutoConfiguration.class,
					KvMetricsAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.port=" + redis.getPort(), "kv.events.namespace=shop",
					"kv.events.log.enabled=true");
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void hooks(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store).run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			warmUp(context);
			Set<String> before = meters(context);
			for (int round = 0; round < 200; round++) {
				CountDownLatch calls = new CountDownLatch(3);
				List<KvHookRegistration> hooks = new ArrayList<>();
				for (KvHookOptions options : List.of(KvHookOptions.defaults(),
						KvHookOptions.defaults().timeout(Duration.ofMinutes(1)), KvHookOptions.defaults().async())) {
					hooks.add(hooks(context).register(options.events(KvEventType.SET), (event) -> calls.countDown()));
				}
				template.set("k", "v" + round);
				calls.await();
				hooks.forEach(KvHookRegistration::close);
			}
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(meters(context)).isEqualTo(before));
			assertThat(hooks(context).all()).isEmpty();
		});
	}

	@Test
	void callThatIsUnderWayWhenItsHookIsClosed() {
		this.runner.withPropertyValues("kv.events.store=memory").run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			warmUp(context);
			Set<String> before = meters(context);
			CountDownLatch begun = new CountDownLatch(2);
			CountDownLatch end = new CountDownLatch(1);
			KvHookRegistration async = hooks(context).register(KvHookOptions.defaults().async(), (event) -> {
				begun.countDown();
				end.await();
			});
			KvHookRegistration timed = hooks(context).register(KvHookOptions.defaults().timeout(Duration.ofMinutes(1)),
					(event) -> {
						begun.countDown();
						end.await();
					});
			Thread writer = new Thread(() -> template.set("k", "v"));
			writer.start();
			begun.await();
			async.close();
			timed.close();
			end.countDown();
			writer.join();
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(meters(context)).isEqualTo(before));
		});
	}

	@Test
	void hookThatTookTheIdOfAClosedOneKeepsItsMeters() {
		this.runner.withPropertyValues("kv.events.store=memory").run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch end = new CountDownLatch(1);
			KvHookRegistration first = hooks(context).register(KvHookOptions.defaults().id("same").async(), (event) -> {
				begun.countDown();
				end.await();
			});
			template.set("k", "1");
			begun.await();
			first.close();
			hooks(context).register(KvHookOptions.defaults().id("same"), (event) -> {
			});
			template.set("k", "2");
			end.countDown();
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			await().atMost(PATIENCE)
				.until(() -> registry.find("kv.hook").tag("hook", "same").tag("mode", "async").timer() != null);
			assertThat(registry.get("kv.hook").tag("hook", "same").tag("mode", "sync").timer().count()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void listeners(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store).run((context) -> {
			KvListenerRegistry listeners = context.getBean(KvListenerRegistry.class);
			warmUp(context);
			Set<String> before = meters(context);
			Set<String> threads = threads();
			Set<String> keys = keysWithoutSweeper();
			for (int round = 0; round < 10; round++) {
				String id = "listener" + round;
				CountDownLatch handled = new CountDownLatch(1);
				KvSubscription listener = listeners.register(id, ListenerOptions.defaults(),
						(event) -> handled.countDown());
				context.getBean(KvTemplate.class).set("k", "v" + round);
				handled.await();
				context.publishEvent(new LogGapEvent(this, "listener " + id, 0, null, new KvPosition(0, 1, 1)));
				// the timer of the call comes when it has ended
				await().untilAsserted(() -> assertThat(meters(context)).hasSize(before.size() + 7));
				if (round % 2 == 0) {
					listener.close();
					listeners.register(id, ListenerOptions.defaults(), (event) -> {
					}).remove();
				}
				else {
					listener.remove();
				}
				assertThat(meters(context)).isEqualTo(before);
			}
			assertThat(listeners.all()).isEmpty();
			awaitSame(threads, ClosedLeavesNothingTests::threads);
			awaitSame(keys, this::keysWithoutSweeper);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void watchesFollowsAndHooksOnEveryInstance(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store).run((context) -> {
			warmUp(context);
			Set<String> before = meters(context);
			Set<String> threads = threads();
			KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
			log.add(Map.of("a", "1"));
			openAndClose(context, log, "first");
			// the connection for pages, which all share, is opened by the first who needs
			// it
			Set<String> clients = clients();
			for (int round = 0; round < 20; round++) {
				openAndClose(context, log, "v" + round);
			}
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(meters(context)).isEqualTo(before));
			awaitSame(threads, ClosedLeavesNothingTests::threads);
			awaitSame(clients, this::clients);
		});
	}

	private static void openAndClose(ApplicationContext context, KvEventLog log, String value)
			throws InterruptedException {
		CountDownLatch received = new CountDownLatch(2);
		Follow follow = log.tailAndFollow((entries) -> received.countDown());
		KvHookRegistration hook = hooks(context).register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE),
				(event) -> received.countDown());
		KvTemplate template = context.getBean(KvTemplate.class);
		try (KvWatch watch = template.watch(WatchOptions.all())) {
			template.set("k", value);
			assertThat(watch.poll(PATIENCE)).isNotNull();
		}
		received.await();
		follow.close();
		hook.close();
	}

	@Test
	void contextsLeaveNoConsumerAndNoSignOfLife() {
		for (int round = 0; round < 3; round++) {
			this.runner.run((context) -> {
				CountDownLatch expired = new CountDownLatch(1);
				hooks(context).register(KvHookOptions.defaults().events(KvEventType.EXPIRED),
						(event) -> expired.countDown());
				context.getBean(KvTemplate.class).set("k", "v", Duration.ofMillis(1));
				expired.await();
			});
		}
		assertThat((List<?>) this.redis.template()
			.opsForStream()
			.consumers("kv-events:{shop:0}:expired", "hooks")
			.stream()
			.toList()).isEmpty();
		assertThat(keys()).containsExactlyInAnyOrder("kv-events:{shop}:meta", "kv-events:{shop:0}:expired",
				"kv-events:{shop:0}:log", "kv-events:{shop:0}:recent");
	}

	/**
	 * A container that the application is undeployed from warns of each thread that is
	 * left.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void contextLeavesNoThread(String store) {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		this.runner.withPropertyValues("kv.events.store=" + store).run((context) -> {
			CountDownLatch calls = new CountDownLatch(4);
			for (KvHookOptions options : List.of(KvHookOptions.defaults().timeout(Duration.ofMinutes(1)),
					KvHookOptions.defaults().async())) {
				hooks(context).register(options.events(KvEventType.SET), (event) -> calls.countDown());
			}
			KvTemplate template = context.getBean(KvTemplate.class);
			JdkFlowAdapter.flowPublisherToFlux(template.watch(WatchOptions.all()).publisher())
				.subscribe((event) -> calls.countDown());
			context.getBean(KvListenerRegistry.class)
				.register("audit", ListenerOptions.defaults(), (event) -> calls.countDown());
			template.set("k", "v");
			calls.await();
			assertThat(left(before)).extracting(Thread::getName)
				.contains("kv-hook-1", "kv-hook-2", "kv-listener-loop-1", "kv-watch-1");
		});
		// sooner than one that is idle for long would end
		await().atMost(Duration.ofSeconds(4)).untilAsserted(() -> assertThat(left(before)).isEmpty());
	}

	private static List<Thread> left(Set<Thread> before) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("kv-") && !before.contains(thread))
			.toList();
	}

	/**
	 * What a first use makes once.
	 */
	private static void warmUp(ApplicationContext context) {
		KvTemplate template = context.getBean(KvTemplate.class);
		for (String value : List.of("a", "b", "b")) {
			template.set("k", value);
		}
	}

	private static KvHookRegistry hooks(ApplicationContext context) {
		return context.getBean(KvHookRegistry.class);
	}

	private static Set<String> meters(ApplicationContext context) {
		return context.getBean(MeterRegistry.class)
			.getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("kv."))
			.map(Meter.Id::toString)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * All but those of pools, which end by themselves after a time.
	 */
	private static Set<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("kv-") && !name.matches("kv-(hooks?-(async|timed)|listener-loop).*"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private Set<String> clients() {
		return this.redis.template()
			.getClientList()
			.stream()
			.map((client) -> client.getAddressPort())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private Set<String> keys() {
		return new TreeSet<>(this.redis.template().keys("kv-events:*"));
	}

	/**
	 * All but the lease of the sweeper, which an instance takes in its own time and holds
	 * until it closes.
	 */
	private Set<String> keysWithoutSweeper() {
		Set<String> keys = keys();
		keys.remove("kv-events:{shop:0}:sweeper");
		return keys;
	}

	private static void awaitSame(Set<String> before, Supplier<Set<String>> now) {
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(before).containsAll(now.get()));
	}

}
