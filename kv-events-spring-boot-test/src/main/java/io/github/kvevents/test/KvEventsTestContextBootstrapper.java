package io.github.kvevents.test;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;
import org.springframework.boot.test.context.AnnotatedClassFinder;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestContextBootstrapper;
import org.springframework.util.ClassUtils;

/**
 * {@link TestContextBootstrapper} for {@link KvEventsTest @KvEventsTest}. Classes that
 * the test names need no application around them.
 */
class KvEventsTestContextBootstrapper extends TestSliceTestContextBootstrapper<KvEventsTest> {

	@Override
	protected Class<?>[] getOrFindConfigurationClasses(MergedContextConfiguration mergedConfig) {
		try {
			return super.getOrFindConfigurationClasses(mergedConfig);
		}
		catch (IllegalStateException ex) {
			Class<?> testClass = mergedConfig.getTestClass();
			if (namedClasses(testClass).isEmpty()
					|| new AnnotatedClassFinder(SpringBootConfiguration.class).findFromClass(testClass) != null) {
				throw ex;
			}
			Set<Class<?>> classes = new LinkedHashSet<>();
			classes.add(NoApplication.class);
			classes.addAll(Arrays.asList(mergedConfig.getClasses()));
			return ClassUtils.toClassArray(classes);
		}
	}

	static Set<Class<?>> namedClasses(Class<?> testClass) {
		KvEventsTest annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass, KvEventsTest.class);
		return (annotation != null) ? new LinkedHashSet<>(Arrays.asList(annotation.classes())) : Set.of();
	}

	/**
	 * Stands for the application of a library, which has none.
	 */
	@Configuration(proxyBeanMethods = false)
	static class NoApplication {

	}

}
