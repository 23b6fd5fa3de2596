package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Hooks are found whatever the application's contexts look like.
 */
class ChildContextTests {

	static final List<String> calls = new CopyOnWriteArrayList<>();

	@AfterEach
	void reset() {
		calls.clear();
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application)
			.properties("spring.main.web-application-type=none", "kv.events.store=memory")
			.properties(properties)
			.run();
	}

	@Test
	void lazyInitializationMakesBeansWhoseTypeMayHideAHook() {
		try (ConfigurableApplicationContext context = run(Hidden.class, "spring.main.lazy-initialization=true")) {
			assertThat(calls).as("neither what has no hook nor what is lazy itself is made")
				.containsExactlyInAnyOrder("made by interface", "made by class", "made by factory");
			calls.clear();
			context.getBean(KvTemplate.class).set("a", "x");
			assertThat(calls).containsExactlyInAnyOrder("by interface a", "by class a", "by factory a");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void lambdaObservesExpiriesOfTrackedKeys(boolean lazy) {
		try (ConfigurableApplicationContext context = run(ExpiryLambda.class,
				"spring.main.lazy-initialization=" + lazy)) {
			context.getBean(KvTemplate.class).set("a", "x", Duration.ofMillis(10));
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(calls).containsExactlyInAnyOrder("lambda a", "class a"));
		}
	}

	@Test
	void childUsesWhatItsParentHasAndItsOwnHooksAndListenersAreCalled() {
		try (ConfigurableApplicationContext parent = run(Parent.class)) {
			ConfigurableApplicationContext child = child(parent, Child.class);
			try (child) {
				KvTemplate template = parent.getBean(KvTemplate.class);
				assertThat(child.getBean(KvTemplate.class)).isSameAs(template);
				assertThat(child.getBean(KvHookRegistry.class)).isSameAs(parent.getBean(KvHookRegistry.class));
				template.set("a", "x");
				assertThat(calls).containsExactlyInAnyOrder("parent a", "child a", "parent listener a",
						"child listener a");
				calls.clear();
				assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> template.set("bad", "x"));
				assertThat(calls).isEmpty();
			}
			parent.getBean(KvTemplate.class).set("bad", "x");
			assertThat(calls).containsExactlyInAnyOrder("parent bad", "parent listener bad");
			assertThat(parent.getBean(KvHookRegistry.class).all()).extracting(KvHookRegistration::getId)
				.containsExactly("hooks.on");
		}
	}

	@Test
	void childObservesExpiriesThatNothingInItsParentObserves() {
		try (ConfigurableApplicationContext parent = run(Empty.class);
				ConfigurableApplicationContext child = child(parent, ExpiryLambda.class)) {
			parent.getBean(KvTemplate.class).set("a", "x", Duration.ofMillis(10));
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(calls).containsExactlyInAnyOrder("lambda a", "class a"));
			assertThat(child.isActive()).isTrue();
		}
	}

	@Test
	@SuppressWarnings("try")
	void durableListenersOfAChildAreFound() {
		try (ConfigurableApplicationContext parent = run(Empty.class, "kv.events.log.enabled=true");
				ConfigurableApplicationContext child = child(parent, DurableChild.class)) {
			child.getBean(KvTemplate.class).set("a", "x");
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(calls).containsExactly("durable x"));
			child.close();
			assertThat(parent.getBean(KvListenerRegistry.class).find("durable")).isEmpty();
		}
	}

	@Test
	void asyncListenerIsRefused() {
		assertThatExceptionOfType(KvHookDefinitionException.class)
			.isThrownBy(() -> run(AsyncListener.class, "kv.events.log.enabled=true").close())
			.withMessageContaining("annotation @Async: the method returns before it has run: an event would be")
			.withMessageContaining("Remove @Async; 'concurrency' runs several at once");
	}

	@Test
	void logOfAChildAloneIsRefusedWithTheWayOut() {
		try (ConfigurableApplicationContext parent = run(Empty.class)) {
			SpringApplicationBuilder child = new SpringApplicationBuilder(Empty.class).parent(parent)
				.properties("spring.main.web-application-type=none", "kv.events.store=memory",
						"kv.events.log.enabled=true");
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(child::run)
				.satisfies((failure) -> assertThat(new MissingPartFailureAnalyzer().analyze(failure)).isNotNull()
					.extracting(FailureAnalysis::getAction)
					.asString()
					.contains("if it is that of a parent context, set 'kv.events.log.enabled=true' for the parent"));
		}
	}

	@Test
	void siblingsHaveTheirOwn() {
		try (ConfigurableApplicationContext parent = new SpringApplicationBuilder(NoStarter.class)
			.properties("spring.main.web-application-type=none")
			.run();
				ConfigurableApplicationContext first = child(parent, Parent.class);
				ConfigurableApplicationContext second = child(parent, Child.class)) {
			first.getBean(KvTemplate.class).set("a", "x");
			assertThat(calls).containsExactlyInAnyOrder("parent a", "parent listener a");
			second.getBean(KvTemplate.class).set("b", "x");
			assertThat(calls).contains("child b", "child listener b").doesNotContain("parent b");
		}
	}

	private static ConfigurableApplicationContext child(ConfigurableApplicationContext parent, Class<?> application) {
		return new SpringApplicationBuilder(application).parent(parent)
			.properties("spring.main.web-application-type=none", "kv.events.store=memory")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ExpiryLambda {

		@Bean
		ApplicationListener<KvExpiredEvent> expired() {
			return (event) -> calls.add("lambda " + event.getKey());
		}

		@Bean
		ExpiryListener listener() {
			return new ExpiryListener();
		}

	}

	static class ExpiryListener implements ApplicationListener<KvExpiredEvent> {

		@Override
		public void onApplicationEvent(KvExpiredEvent event) {
			calls.add("class " + event.getKey());
		}

	}

	static class ParentHooks {

		@KvHook
		void on(String key) {
			calls.add("parent " + key);
		}

		@EventListener
		void listen(KvSetEvent event) {
			calls.add("parent listener " + event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Parent {

		@Bean
		ParentHooks hooks() {
			return new ParentHooks();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	static class NoStarter {

	}

	static class ChildHooks {

		@KvHook
		void on(String key) {
			calls.add("child " + key);
		}

		@KvGuard(keys = "bad")
		void refuse() {
			throw new IllegalArgumentException("on purpose");
		}

		@EventListener
		void listen(KvSetEvent event) {
			calls.add("child listener " + event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child {

		@Bean
		ChildHooks hooks() {
			return new ChildHooks();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class DurableChild {

		@KvListener(id = "durable")
		void on(@KvValue String value) {
			calls.add("durable " + value);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AsyncListener {

		@Async
		@KvListener(id = "async")
		void on(String key) {
		}

	}

	static class Hooks implements Runnable {

		private final String name;

		Hooks(String name) {
			this.name = name;
			calls.add("made " + name);
		}

		@KvHook
		void on(String key) {
			calls.add(this.name + " " + key);
		}

		@Override
		public void run() {
		}

	}

	static class WithoutHook {

		WithoutHook() {
			calls.add("made without hook");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Hidden {

		@Bean
		Runnable byInterface() {
			return new Hooks("by interface");
		}

		@Bean
		Hooks byClass() {
			return new Hooks("by class");
		}

		@Bean
		HooksFactory byFactory() {
			return new HooksFactory();
		}

		@Bean
		@Lazy
		Hooks lazy() {
			return new Hooks("lazy");
		}

		@Bean
		WithoutHook withoutHook() {
			return new WithoutHook();
		}

	}

	static class HooksFactory implements FactoryBean<Hooks> {

		@Override
		public Hooks getObject() {
			return new Hooks("by factory");
		}

		@Override
		public Class<?> getObjectType() {
			return Hooks.class;
		}

	}

}
