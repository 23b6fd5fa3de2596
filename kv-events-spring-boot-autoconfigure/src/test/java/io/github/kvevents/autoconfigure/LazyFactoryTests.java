package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;

import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Products of factories that aren't made when the application starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class LazyFactoryTests {

	private static final List<String> calls = new CopyOnWriteArrayList<>();

	@AfterEach
	void reset() {
		calls.clear();
	}

	@ParameterizedTest
	@ValueSource(classes = { Typed.class, Hidden.class, ComponentFactory.class, WideMethod.class })
	void productUnderLazyInitializationIsCalledAsItsEventListenerIs(Class<?> application, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(application, "spring.main.lazy-initialization=true")) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("a", "1");
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(calls).containsExactlyInAnyOrder("hook a", "event a", "listener a"));
			assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> template.set("bad", "1"));
		}
		assertThat(output).doesNotContain("is lazy");
	}

	@Test
	void productThatIsLazyItselfIsSaidAndCalledOnceItIsMade(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(LazyItself.class)) {
			assertThat(output.toString().split("Bean 'product' is lazy: ")).hasSize(3);
			assertThat(output).contains("Product.on(", "Product.refuse(", "Product.durable(", "Remove @Lazy from it");
			context.getBean("product");
			context.getBean(KvTemplate.class).set("a", "1");
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(calls).containsExactlyInAnyOrder("hook a", "event a", "listener a"));
		}
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application)
			.properties("spring.main.web-application-type=none", "kv.events.store=memory", "kv.events.log.enabled=true")
			.properties(properties)
			.run();
	}

	static class Product implements Runnable {

		@KvHook
		void on(String key) {
			calls.add("hook " + key);
		}

		@KvGuard(keys = "bad")
		void refuse() {
			throw new IllegalArgumentException("on purpose");
		}

		@EventListener
		void listen(KvSetEvent event) {
			calls.add("event " + event.getKey());
		}

		@KvListener(id = "product")
		void durable(String key) {
			calls.add("listener " + key);
		}

		@Override
		public void run() {
		}

	}

	static class TypedFactory implements FactoryBean<Product> {

		@Override
		public Product getObject() {
			return new Product();
		}

		@Override
		public Class<?> getObjectType() {
			return Product.class;
		}

	}

	static class HidingFactory implements FactoryBean<Runnable> {

		@Override
		public Runnable getObject() {
			return new Product();
		}

		@Override
		public Class<?> getObjectType() {
			return Product.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Typed {

		@Bean
		TypedFactory product() {
			return new TypedFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Hidden {

		@Bean
		HidingFactory product() {
			return new HidingFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(HidingFactory.class)
	static class ComponentFactory {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WideMethod {

		@Bean
		FactoryBean<?> product() {
			return new HidingFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class LazyItself {

		@Bean
		@Lazy
		TypedFactory product() {
			return new TypedFactory();
		}

	}

}
