package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.github.kvevents.annotation.ListenerDefinitionReader.ListenerDefinition;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;

/**
 * Finds the methods of beans that are annotated with {@link KvListener} and registers
 * them: when all singletons are made, and from then on as beans are made. They are closed
 * when their bean is destroyed.
 */
public class KvListenerBeanPostProcessor extends AnnotatedBeanPostProcessor<Set<KvListener>> {

	private final ObjectProvider<KvListenerRegistry> registry;

	/**
	 * Creates an instance.
	 * @param registry asked for only when a bean has a listener; none where the change
	 * log is off
	 */
	public KvListenerBeanPostProcessor(ObjectProvider<KvListenerRegistry> registry) {
		this.registry = registry;
	}

	@Override
	protected Map<Method, Set<KvListener>> methodsOf(Class<?> targetClass) {
		return AnnotatedMethods.of(targetClass, KvListener.class);
	}

	@Override
	protected Runnable register(Object bean, String beanName, Class<?> targetClass,
			Map<Method, Set<KvListener>> methods, ConfigurableBeanFactory beanFactory) {
		List<ListenerDefinition> definitions = new ArrayList<>();
		methods.forEach((method, annotations) -> annotations.forEach((annotation) -> {
			DefinitionSite site = new DefinitionSite(beanName, method, KvListener.class, beanFactory);
			definitions.add(ListenerDefinitionReader.read(site, bean, targetClass, annotation));
		}));
		KvListenerRegistry available = this.registry.getIfAvailable();
		if (available == null) {
			throw definitions.get(0)
				.site()
				.error("id", "the change log is off, and listeners read it",
						"Set 'kv.events.log.enabled=true', or use @KvHook, which needs no change log");
		}
		checkIds(available, definitions);
		List<KvSubscription> subscriptions = new ArrayList<>();
		definitions.forEach((definition) -> subscriptions
			.add(available.register(definition.id(), definition.options(), definition.handler())));
		return () -> subscriptions.forEach(KvSubscription::close);
	}

	private static void checkIds(KvListenerRegistry registry, List<ListenerDefinition> definitions) {
		Set<String> ids = new HashSet<>();
		for (ListenerDefinition definition : definitions) {
			if (!ids.add(definition.id()) || registry.find(definition.id()).isPresent()) {
				throw definition.site()
					.error("id", "there is another listener with the id '" + definition.id() + "'",
							"Ids must be unique, since the checkpoint is kept under them: choose another one");
			}
		}
	}

}
