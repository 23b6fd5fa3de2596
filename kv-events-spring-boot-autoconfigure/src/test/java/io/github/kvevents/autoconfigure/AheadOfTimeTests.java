package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

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

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;

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

	@Configuration(proxyBeanMethods = false)
	@Import(KvEventsAutoConfiguration.class)
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

	}

}
