package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.ApplicationContext;

import io.github.kvevents.redis.NamespaceUser;

/**
 * Which application this is, as instances that run the same code tell it: its name and
 * its class with {@code @SpringBootApplication}. Not the class whose {@code main} method
 * runs: in a test that is the runner. All contexts of one application have the identity
 * of the outermost that has such a class.
 */
final class ApplicationIdentity {

	private ApplicationIdentity() {
	}

	static NamespaceUser of(ApplicationContext context, String configuredNamespace) {
		return new NamespaceUser(StoreSettings.applicationName(context.getEnvironment()), mainClass(context),
				!configuredNamespace.isEmpty());
	}

	private static String mainClass(ApplicationContext context) {
		ApplicationContext parent = context.getParent();
		String outer = (parent != null) ? mainClass(parent) : "";
		if (!outer.isEmpty()) {
			return outer;
		}
		// only what is known of the definitions: a bean must not be made to find out
		ConfigurableListableBeanFactory beans = (ConfigurableListableBeanFactory) context
			.getAutowireCapableBeanFactory();
		for (String bean : beans.getBeanDefinitionNames()) {
			BeanDefinition definition = beans.getBeanDefinition(bean);
			if (definition.getFactoryMethodName() == null && definition instanceof AnnotatedBeanDefinition annotated
					&& annotated.getMetadata().isAnnotated(SpringBootConfiguration.class.getName())) {
				return annotated.getMetadata().getClassName();
			}
		}
		return "";
	}

}
