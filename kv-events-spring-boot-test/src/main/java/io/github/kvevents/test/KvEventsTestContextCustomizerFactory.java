package io.github.kvevents.test;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Finds the tests whose context {@link KvEventsTestContextCustomizer} customizes.
 */
class KvEventsTestContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		if (!TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureKvEventsTest.class)) {
			return null;
		}
		boolean slice = TestContextAnnotationUtils.hasAnnotation(testClass, KvEventsTest.class);
		return new KvEventsTestContextCustomizer(KvEventsTestContextBootstrapper.namedClasses(testClass), slice);
	}

}
