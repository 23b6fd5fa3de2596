package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks are found whatever the application's contexts look like.
 */
class HookContextTests {

	private static final List<String> calls = new CopyOnWriteArrayList<>();

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
