package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a context holds survives that it is stopped and started again, and that it is
 * paused and restarted, as Spring's test framework does with contexts that it keeps.
 */
@Timeout(180)
abstract class StopAndStartContractTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private ConfigurableApplicationContext context;

	private Received received;

	private KvTemplate template;

	private KvEventLog log;

	/**
	 * What selects the store.
	 */
	abstract Map<String, Object> properties();

	/**
	 * Writes while the application is stopped, as another instance does where there is
	 * one.
	 */
	abstract void write(KvTemplate stopped, String key, String value);

	/**
	 * Lets a key of another client expire, and waits until the hook has received it,
	 * where the store notifies of such keys.
	 */
	abstract void assertReceivesExpiryOf(String key, List<String> expired);

	ConfigurableApplicationContext start(Class<?> application, String instance) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(properties())
			.properties("kv.events.log.enabled=true", "kv.events.partitions=2", "kv.events.namespace=cycles",
					"kv.events.instance-id=" + instance, "spring.main.banner-mode=off")
			.run();
	}

	@AfterEach
	void close() {
		this.context.close();
		await().atMost(PATIENCE).until(() -> threads().isEmpty());
	}

	@Test
	void everythingResumesAfterAStopAndAStart() {
		cycles(() -> this.context.stop(), () -> this.context.start());
	}

	@Test
	void everythingResumesAfterAPauseAndARestart() {
		cycles(() -> this.context.pause(), () -> this.context.restart());
	}

	private void cycles(Runnable stop, Runnable start) {
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("k"));
				Follow follow = this.log.tailAndFollow((entries) -> entries
					.forEach((entry) -> this.received.follow.add(String.valueOf(entry.get("n", String.class)))))) {
			writeAndAwait("1", watch);
			for (int cycle = 2; cycle <= 5; cycle += 2) {
				stop.run();
				assertStopped();
				write(this.template, "k", String.valueOf(cycle));
				start.run();
				await().atMost(PATIENCE)
					.untilAsserted(() -> assertThat(this.context.getBean(KvListenerRegistry.class).all())
						.allMatch((one) -> one.getState() != SubscriptionState.STOPPED));
				writeAndAwait(String.valueOf(cycle + 1), watch);
			}
			assertThat(this.received.listener).as("neither missed nor twice").containsExactly("1", "2", "3", "4", "5");
			assertThat(this.received.registered).containsExactly("1", "2", "3", "4", "5");
			assertThat(this.received.everyInstance).containsExactly("1", "2", "3", "4", "5");
			assertThat(this.received.watched).containsExactly("1", "2", "3", "4", "5");
			assertThat(this.received.follow).containsExactly("1", "3", "5");
			assertThat(this.received.expired).containsExactly("e1", "e3", "e5");
			assertThat(follow.isOpen()).isTrue();
			assertThat(watch.isOpen()).isTrue();
			this.context.close();
			assertThat(watch.isOpen()).as("the application has ended").isFalse();
			assertThat(follow.isOpen()).isFalse();
		}
	}

	@BeforeEach
	void begin() {
		this.context = start(Application.class, "one");
		this.received = this.context.getBean(Received.class);
		this.template = this.context.getBean(KvTemplate.class);
		this.log = this.context.getBean(KvEventLogs.class).open("numbers", EventLogOptions.defaults());
		this.context.getBean(KvListenerRegistry.class)
			.register("registered", ListenerOptions.defaults(), (event) -> note(event, this.received.registered));
	}

	private void writeAndAwait(String value, KvWatch watch) {
		this.template.set("k", value);
		this.template.set("e" + value, "x", Duration.ofMillis(20));
		this.log.add(Map.of("n", value));
		await().atMost(PATIENCE).untilAsserted(() -> {
			KvEvent event = watch.poll(Duration.ofMillis(1));
			if (event != null) {
				this.received.watched.add(event.getValue(String.class));
			}
			for (List<String> list : List.of(this.received.listener, this.received.registered, this.received.async,
					this.received.everyInstance, this.received.follow, this.received.watched)) {
				assertThat(list).endsWith(value);
			}
			assertThat(this.received.expired).endsWith("e" + value);
		});
		assertReceivesExpiryOf("foreign" + value, this.received.foreign);
		assertThat(this.context.getBeansOfType(SmartLifecycle.class)).allSatisfy((name, bean) -> {
			if (name.startsWith("kv")) {
				assertThat(bean.isRunning()).as(name).isTrue();
			}
		});
		assertThat(this.context.getBean(KvChangeLog.class)
			.read(ReadRequest.from(StartPosition.latest()).timeout(Duration.ofMillis(50)))
			.events()).isEmpty();
	}

	private void assertStopped() {
		assertThat(this.context.getBean(KvListenerRegistry.class).all()).hasSize(2)
			.allMatch((subscription) -> subscription.getState() == SubscriptionState.STOPPED);
		assertThat(this.context.getBean(KvHookRegistry.class).all()).hasSize(4);
		assertThat(this.context.getBeansOfType(SmartLifecycle.class)).allSatisfy((name, bean) -> {
			if (name.startsWith("kv") && bean.isPauseable()) {
				assertThat(bean.isRunning()).as(name).isFalse();
			}
		});
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads()).isEmpty());
	}

	/**
	 * Those of the library that loop; pools end with their idle threads.
	 */
	private static Set<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter(Thread::isAlive)
			.map(Thread::getName)
			.filter((name) -> name.startsWith("kv-") && !name.matches("kv-(watch|hooks|listener-loop)-.*"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static void note(KvEvent event, List<String> values) {
		if (event.getKey().equals("k")) {
			values.add(event.getValue(String.class));
		}
	}

	/** What came where. */
	static class Received {

		final List<String> listener = new CopyOnWriteArrayList<>();

		final List<String> registered = new CopyOnWriteArrayList<>();

		final List<String> async = new CopyOnWriteArrayList<>();

		final List<String> everyInstance = new CopyOnWriteArrayList<>();

		final List<String> expired = new CopyOnWriteArrayList<>();

		final List<String> foreign = new CopyOnWriteArrayList<>();

		final List<String> follow = new CopyOnWriteArrayList<>();

		final List<String> watched = new CopyOnWriteArrayList<>();

		@KvListener(id = "annotated", keys = "k")
		void listener(KvEvent event) {
			note(event, this.listener);
		}

		@KvHook(keys = "k", async = true)
		void async(KvEvent event) {
			note(event, this.async);
		}

		@KvHook(keys = "k", scope = KvHookScope.EVERY_INSTANCE)
		void everyInstance(KvEvent event) {
			note(event, this.everyInstance);
		}

		@OnKvExpired(prefix = "foreign")
		void foreign(String key) {
			this.foreign.add(key);
		}

		@OnKvExpired(prefix = "e")
		void expired(String key) {
			this.expired.add(key);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Received received() {
			return new Received();
		}

	}

	/** Another instance, which receives nothing. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Writer {

	}

}
