package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.log.LogGapEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Hooks that receive each change of the fleet, in several applications on one Redis.
 */
@ExtendWith(OutputCaptureExtension.class)
class EveryInstanceHookTests {

	private static final String THREAD = "kv-hooks-every-instance";

	private final TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
		this.redis.close();
	}

	@Test
	void eachInstanceReceivesEachChangeOfTheFleetOnceInTheOrderOfEachKey() {
		Instance one = instance("one");
		Instance two = instance("two");
		one.template.set("k", "1");
		two.template.set("k", "2");
		two.template.set("k", "2");
		one.template.batchSet(Map.of("b1", "x", "b2", "x"));
		two.template.batchDelete(List.of("b1", "b2", "none"));
		one.template.set("t", "last", Duration.ofMillis(80));
		two.template.compareAndSet("k", "2", "3");
		one.template.delete("k");
		List<String> expected = List.of("SET k=1 by one", "SET k=2 by two", "BATCH_SET b1=x by one",
				"BATCH_SET b2=x by one", "BATCH_DELETE b1=null by two", "BATCH_DELETE b2=null by two",
				"SET t=last by one", "SET k=3 by two", "DELETE k=null by one");
		for (Instance instance : List.of(one, two)) {
			for (List<String> heard : List.of(instance.hooks.everywhere, instance.hooks.everywhereAsync)) {
				await().untilAsserted(() -> assertThat(heard).hasSize(expected.size() + 1).containsAll(expected));
				assertThat(heard.stream().filter((text) -> text.startsWith("EXPIRED t=null"))).hasSize(1);
				for (String key : List.of(" k=", " b1=", " b2=")) {
					assertThat(heard.stream().filter((text) -> text.contains(key)))
						.containsExactlyElementsOf(expected.stream().filter((text) -> text.contains(key)).toList());
				}
			}
		}
		assertThat(one.hooks.everywhere).as("the whole log, in order").isEqualTo(two.hooks.everywhere);
		await().until(() -> one.hooks.expired() + two.hooks.expired() == 1);
		assertThat(one.hooks.here).filteredOn((text) -> !text.startsWith("EXPIRED"))
			.contains("SET k=1 by one", "DELETE k=null by one")
			.hasSize(5)
			.allMatch((text) -> text.endsWith("by one"));
		assertThat(two.hooks.here).filteredOn((text) -> !text.startsWith("EXPIRED"))
			.hasSize(5)
			.allMatch((text) -> text.endsWith("by two"));
		assertThat(one.hooks.gaps).isEmpty();
	}

	@Test
	void whatWasWrittenBeforeTheStartIsNotHeard() {
		Instance one = instance("one");
		one.template.set("k", "before");
		await().until(() -> one.hooks.everywhere.size() == 1);
		Instance two = instance("two");
		one.template.set("k", "after");
		await().untilAsserted(() -> assertThat(two.hooks.everywhere).containsExactly("SET k=after by one"));
	}

	@Test
	void aHookThatHangsDelaysNeitherWritersNorOtherInstances() {
		Instance one = instance("one");
		Instance two = instance("two");
		CountDownLatch hang = new CountDownLatch(1);
		one.registry.register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE).order(-9),
				(event) -> hang.await());
		for (int i = 0; i < 50; i++) {
			one.template.set("k", "v" + i);
		}
		assertThat(one.template.get("k", String.class)).contains("v49");
		assertThat(one.hooks.here).hasSize(50);
		await().until(() -> two.hooks.everywhere.size() == 50);
		assertThat(one.hooks.everywhere).isEmpty();
		hang.countDown();
		await().untilAsserted(() -> assertThat(one.hooks.everywhere).isEqualTo(two.hooks.everywhere));
	}

	@Test
	void deliveryResumesAfterARestartOfRedisWithoutLoss() {
		Instance one = instance("one");
		Instance two = instance("two");
		one.template.set("k", "1");
		await().until(() -> two.hooks.everywhere.size() == 1);
		this.redis.kill();
		this.redis.restart();
		await().ignoreExceptions().until(() -> one.template.hasKey("k"));
		for (int i = 2; i <= 20; i++) {
			one.template.set("k", String.valueOf(i));
		}
		for (Instance instance : List.of(one, two)) {
			await().atMost(Duration.ofSeconds(30)).until(() -> instance.hooks.everywhere.size() >= 20);
			assertThat(instance.hooks.everywhere).hasSize(20)
				.startsWith("SET k=1 by one", "SET k=2 by one")
				.endsWith("SET k=20 by one")
				.doesNotHaveDuplicates();
			assertThat(instance.hooks.gaps).isEmpty();
		}
	}

	@Test
	void aLogThatWasLostIsSignalledLoggedAndCounted(CapturedOutput output) {
		Instance one = instance("one");
		one.template.set("k", "1");
		await().until(() -> one.hooks.everywhere.size() == 1);
		this.redis.execute("FLUSHALL");
		await().until(() -> one.hooks.gaps.size() == 1);
		LogGapEvent gap = one.hooks.gaps.get(0);
		assertThat(gap.getReader()).isEqualTo("hooks on every instance");
		assertThat(gap.getPartition()).isZero();
		assertThat(gap.getNext()).hasToString("0:0-0");
		assertThat(gap.getAfter()).isNotNull();
		await().until(
				() -> output.getAll().contains("Hooks on every instance missed changes of partition 0 (read up to '"));
		MeterRegistry meters = one.context.getBean(MeterRegistry.class);
		assertThat(meters.get("kv.log.gap").tag("reader", "hooks on every instance").counter().count()).isOne();
		one.template.set("k", "2");
		await()
			.untilAsserted(() -> assertThat(one.hooks.everywhere).containsExactly("SET k=1 by one", "SET k=2 by one"));
		assertThat(one.hooks.gaps).hasSize(1);
	}

	@Test
	void hooksComeAndGoWhileTheApplicationRunsAndWithoutAnyNobodyReads() {
		ConfigurableApplicationContext context = start("plain", Plain.class);
		KvTemplate template = context.getBean(KvTemplate.class);
		KvHookRegistry registry = context.getBean(KvHookRegistry.class);
		assertThat(threads()).isZero();
		for (int round = 0; round < 10; round++) {
			List<String> heard = new CopyOnWriteArrayList<>();
			template.set("k", "before" + round);
			KvHookRegistration hook = registry.register(
					KvHookOptions.defaults().id("late").events(KvEventType.SET).scope(KvHookScope.EVERY_INSTANCE),
					(event) -> heard.add(Hooks.text(event)));
			assertThat(hook.getOptions().getScope()).isEqualTo(KvHookScope.EVERY_INSTANCE);
			String first = "after" + round;
			template.set("k", first);
			template.set("k", first + "+");
			await().untilAsserted(() -> assertThat(heard).containsExactly("SET k=" + first + " by plain",
					"SET k=" + first + "+ by plain"));
			assertThat(hook.getStats().invocations()).isEqualTo(2);
			hook.close();
			template.set("k", "closed", SetOptions.defaults());
			await().until(() -> threads() == 0);
			assertThat(heard).hasSize(2);
		}
	}

	@Test
	void whatTheLogNeverHasIsRefused() {
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start("one", NeverHears.class))
			.withMessage("Bean 'hook', method 'NeverHearing.on(KvEvent)', @KvHook(changes): [UNCHANGED] never come "
					+ "with [SET] from the change log. The log has no entry for a value that was set to what it was: "
					+ "only a @KvHook of the instance that sets it, with the scope ONE_INSTANCE, receives that");
		KvHookRegistry registry = start("two", Plain.class).getBean(KvHookRegistry.class);
		KvHookOptions unchanged = KvHookOptions.defaults().changes(KvChange.UNCHANGED);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> registry.register(unchanged.scope(KvHookScope.EVERY_INSTANCE), (event) -> {
			}))
			.withMessageStartingWith("'changes' can't be served: [UNCHANGED] never come with [SET, ");
		assertThat(registry.all()).isEmpty();
		registry.register(unchanged, (event) -> {
		});
		registry.register(KvHookOptions.defaults()
			.changes(KvChange.UNCHANGED, KvChange.REMOVED)
			.scope(KvHookScope.EVERY_INSTANCE), (event) -> {
			});
		assertThat(registry.all()).hasSize(2);
	}

	private static long threads() {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(THREAD)).count();
	}

	private Instance instance(String id) {
		return new Instance(start(id, Application.class));
	}

	private ConfigurableApplicationContext start(String id, Class<?> application) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + this.redis.getPort(), "spring.data.redis.timeout=7s",
					"kv.events.log.enabled=true", "kv.events.namespace=fleet", "kv.events.instance-id=" + id)
			.run();
		this.contexts.add(context);
		return context;
	}

	private static final class Instance {

		private final ConfigurableApplicationContext context;

		private final KvTemplate template;

		private final KvHookRegistry registry;

		private final Hooks hooks;

		Instance(ConfigurableApplicationContext context) {
			this.context = context;
			this.template = context.getBean(KvTemplate.class);
			this.registry = context.getBean(KvHookRegistry.class);
			this.hooks = context.getBean(Hooks.class);
		}

	}

	static class Hooks {

		private final List<String> everywhere = new CopyOnWriteArrayList<>();

		private final List<String> everywhereAsync = new CopyOnWriteArrayList<>();

		private final List<String> here = new CopyOnWriteArrayList<>();

		private final List<LogGapEvent> gaps = new CopyOnWriteArrayList<>();

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(KvEvent event) {
			this.everywhere.add(text(event));
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE, async = true)
		void everywhereAsync(KvEvent event) {
			this.everywhereAsync.add(text(event));
		}

		@KvHook
		void here(KvEvent event) {
			this.here.add(text(event));
		}

		@EventListener
		void gap(LogGapEvent gap) {
			this.gaps.add(gap);
		}

		long expired() {
			return this.here.stream().filter((text) -> text.startsWith("EXPIRED")).count();
		}

		static String text(KvEvent event) {
			@Nullable String value = event.getValue(String.class);
			return event.getType() + " " + event.getKey() + "=" + value + " by " + event.getOrigin();
		}

	}

	static class NeverHearing {

		@KvHook(events = KvEventType.SET, changes = KvChange.UNCHANGED, scope = KvHookScope.EVERY_INSTANCE)
		void on(KvEvent event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class NeverHears {

		@Bean
		NeverHearing hook() {
			return new NeverHearing();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

	}

}
