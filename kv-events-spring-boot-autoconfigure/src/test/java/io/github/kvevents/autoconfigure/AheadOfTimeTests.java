package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

import io.github.kvevents.KvSetEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose beans were worked out ahead of time.
 */
class AheadOfTimeTests {

	@Test
	@CompileWithForkedClassLoader
	@SuppressWarnings("unchecked")
	void hooksAreCalled() {
		TestGenerationContext generation = new TestGenerationContext();
		ClassName name = new ApplicationContextAotGenerator().processAheadOfTime(context(), generation);
		generation.writeGeneratedContent();
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Hooks.class, "onChange"))
			.accepts(generation.getRuntimeHints());
		assertThat(RuntimeHintsPredicates.reflection().onType(KvEventsProperties.Async.class))
			.accepts(generation.getRuntimeHints());
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			try (GenericApplicationContext context = new GenericApplicationContext()) {
				TestPropertyValues.of("kv.events.store=memory").applyTo(context);
				compiled.getInstance(ApplicationContextInitializer.class, name.toString()).initialize(context);
				context.refresh();
				context.getBean(KvTemplate.class).set("aot:1", "x");
				assertThat(context.getBean(Hooks.class).keys).containsExactly("aot:1");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(
			classes = { ValueHook.class, ValuesHook.class, ValueGuard.class, ValueListener.class, RepeatedHook.class })
	void valuesThatMethodsTakeCanBeDecoded(Class<?> bean) {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, bean);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(bean, "take")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Order.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Address.class, "city")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(KvSetEvent.class)).rejects(hints);
	}

	private static GenericApplicationContext context() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		TestPropertyValues.of("kv.events.store=memory").applyTo(context);
		context.register(Application.class);
		return context;
	}

	static class Hooks {

		private final List<String> keys = new ArrayList<>();

		@KvHook(prefix = "aot:")
		void onChange(String key) {
			this.keys.add(key);
		}

	}

	record Order(String id, Address address) {
	}

	record Address(String city) {
	}

	static class ValueHook {

		@KvHook
		void take(String key, Order order, KvSetEvent event) {
		}

	}

	static class ValuesHook {

		@OnKvSet
		void take(String key, @KvPreviousValue Map<String, List<Order>> orders) {
		}

	}

	static class ValueGuard {

		@KvGuard
		void take(String key, Order order) {
		}

	}

	static class ValueListener {

		@KvListener(id = "orders")
		void take(Order order) {
		}

	}

	static class RepeatedHook {

		@KvHook(prefix = "a:")
		@KvHook(prefix = "b:")
		void take(Order order) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(KvEventsAutoConfiguration.class)
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

	}

}
