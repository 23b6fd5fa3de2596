package io.github.kvevents.test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Has a context keep its keys in memory, unless the test says otherwise, and declares the
 * classes that the test names.
 *
 * @param classes the classes
 * @param slice whether the test is a {@link KvEventsTest @KvEventsTest}
 */
record KvEventsTestContextCustomizer(Set<Class<?>> classes, boolean slice) implements ContextCustomizer {

	private static final String STORE = "kv.events.store";

	private static final String CACHE = "spring.cache.type";

	private static final List<String> REDIS = List.of("spring.data.redis.host", "spring.data.redis.port",
			"spring.data.redis.url");

	private static final String NAME = "kvEventsTest";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
		this.classes.stream()
			.filter(KvEventsTestContextCustomizer::isConfiguration)
			.forEach((type) -> register(type, context.getBeanFactory(), context.getEnvironment()));
		// later than all other customizers, which may still add properties
		context.addBeanFactoryPostProcessor(new BeanDefinitionRegistryPostProcessor() {

			@Override
			public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
				addProperties(context.getEnvironment());
			}

			@Override
			public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
				KvEventsTestContextCustomizer.this.classes.stream()
					.filter((type) -> beanFactory.getBeanNamesForType(type, true, false).length == 0)
					.forEach((type) -> register(type, beanFactory, context.getEnvironment()));
			}

		});
	}

	private static boolean isConfiguration(Class<?> type) {
		return MergedAnnotations.from(type).isPresent(Configuration.class);
	}

	private static void register(Class<?> type, ConfigurableListableBeanFactory beanFactory,
			ConfigurableEnvironment environment) {
		new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) beanFactory, environment).register(type);
	}

	private void addProperties(ConfigurableEnvironment environment) {
		MutablePropertySources sources = environment.getPropertySources();
		Map<String, Object> overrides = new LinkedHashMap<>();
		if (!isOwn(sources, STORE) && REDIS.stream().noneMatch((name) -> isOwn(sources, name))) {
			overrides.put(STORE, "memory");
		}
		if (this.slice && !isOwn(sources, CACHE)) {
			// in case that the application has @EnableCaching
			overrides.put(CACHE, "none");
		}
		MapPropertySource source = new MapPropertySource(NAME, overrides);
		if (sources.contains(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME)) {
			sources.addBefore(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, source);
		}
		else {
			sources.addFirst(source);
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		// a hook that hangs must not hold up the end of all tests
		defaults.put("kv.events.hooks.shutdown-timeout", "1s");
		// too late to have an effect but on the warning that nothing keeps the JVM
		// running
		defaults.put("spring.main.keep-alive", "true");
		if (this.slice) {
			defaults.put("kv.events.log.enabled", "true");
		}
		sources.addLast(new MapPropertySource(NAME + "Defaults", defaults));
	}

	/**
	 * Whether the test itself sets a property: in a source that overrides the system
	 * properties. The one that Boot attaches shows the properties of all others.
	 */
	private static boolean isOwn(MutablePropertySources sources, String name) {
		return sources.stream()
			.takeWhile((source) -> !source.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME))
			.filter((source) -> !source.getName().equals("configurationProperties"))
			.anyMatch((source) -> source.containsProperty(name));
	}

}
