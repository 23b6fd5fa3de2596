package io.github.kvevents.autoconfigure;

import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each library that is optional may really be missing: the application is run by a class
 * loader that doesn't have it.
 */
class OptionalLibrariesTests {

	@ParameterizedTest
	@ValueSource(
			strings = { "context-propagation", "micrometer-core", "actuator", "jackson", "data-redis", "security" })
	void mayBeMissing(String library) throws Exception {
		ClassLoader original = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader without = without(library)) {
			Thread.currentThread().setContextClassLoader(without);
			Class<?> probe = ClassUtils.forName(OptionalLibrariesTests.class.getName(), without);
			assertThat(probe).isNotSameAs(OptionalLibrariesTests.class);
			Method run = probe.getDeclaredMethod("run");
			run.setAccessible(true);
			assertThat(run.invoke(null)).isEqualTo("sync null, async r-23");
		}
		finally {
			Thread.currentThread().setContextClassLoader(original);
		}
	}

	private static URLClassLoader without(String library) throws MalformedURLException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		String[] present = classPath.split(File.pathSeparator);
		File[] left = Arrays.stream(present)
			.map(File::new)
			.filter((file) -> !file.getName().contains(library))
			.toArray(File[]::new);
		assertThat(left).hasSizeLessThan(present.length);
		URL[] urls = new URL[left.length];
		for (int index = 0; index < left.length; index++) {
			urls[index] = left[index].toURI().toURL();
		}
		return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
	}

	/** What is run without the library. */
	static String run() throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("spring.main.web-application-type=none", "kv.events.store=memory")
			.run()) {
			MDC.put("request", "r-23");
			context.getBean(KvTemplate.class).set("a", "1");
			MDC.clear();
			return "sync " + MDC.get("request") + ", async "
					+ context.getBean(Hooks.class).requests.poll(20, TimeUnit.SECONDS);
		}
	}

	static class Hooks {

		private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

		@KvHook(async = true)
		void changed(String key) {
			this.requests.add(String.valueOf(MDC.get("request")));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

	}

}
