package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.listener.KvEventHandler;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;

/**
 * Finds the methods of beans that are annotated with {@link KvListener} and registers
 * them: when all singletons are made, and from then on as beans are made. They are closed
 * when their bean is destroyed. What can't work is refused, when the application starts.
 */
public class KvListenerBeanPostProcessor extends AnnotatedBeanPostProcessor<Set<KvListener>> {

	private final ObjectProvider<KvListenerRegistry> registry;

	private final BooleanSupplier lastValues;

	/**
	 * Creates an instance for expiries that may have the last value of their key.
	 * @param registry asked for only when a bean has a listener; none where the change
	 * log is off
	 */
	public KvListenerBeanPostProcessor(ObjectProvider<KvListenerRegistry> registry) {
		this.registry = registry;
		this.lastValues = () -> true;
	}

	/**
	 * Creates an instance.
	 * @param registry asked for only when a bean has a listener; none where the change
	 * log is off
	 * @param engine knows whether expiries may have the last value of their key; asked
	 * for only when a bean has a listener
	 */
	public KvListenerBeanPostProcessor(ObjectProvider<KvListenerRegistry> registry, ObjectProvider<HookEngine> engine) {
		this.registry = registry;
		this.lastValues = () -> {
			HookEngine available = engine.getIfAvailable();
			return available == null || available.hooks().hasLastValues();
		};
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
			definitions.add(read(site, bean, targetClass, annotation, this.lastValues));
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
		boolean complete = false;
		try {
			definitions.forEach((definition) -> subscriptions
				.add(available.register(definition.id(), definition.options(), definition.handler())));
			complete = true;
		}
		finally {
			if (!complete) {
				// another thread was first with an id
				subscriptions.forEach(KvSubscription::close);
			}
		}
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

	private static ListenerDefinition read(DefinitionSite site, Object bean, Class<?> targetClass,
			KvListener annotation, BooleanSupplier lastValues) {
		EventMethod method = EventMethod.read(site, bean, targetClass,
				new EventMethod.Attributes(annotation.events(), annotation.changes(), annotation.prefix(),
						annotation.suffix(), annotation.keys(), annotation.regex(), annotation.filter()));
		if (!lastValues.getAsBoolean()) {
			method.checkWithoutLastValues(site);
		}
		ListenerOptions options = ListenerOptions.defaults()
			.events(method.events().toArray(KvEventType[]::new))
			.changes(annotation.changes())
			.startAt(annotation.startAt())
			.onExhausted(annotation.onExhausted());
		site.requireLogged(options.getSelector());
		options = apply(site, "initialBackoff", options::initialBackoff,
				site.duration("initialBackoff", annotation.initialBackoff()));
		options = apply(site, "maxBackoff", options::maxBackoff, site.duration("maxBackoff", annotation.maxBackoff()));
		options = apply(site, "batchSize", options::batchSize, annotation.batchSize());
		options = apply(site, "concurrency", options::concurrency, annotation.concurrency());
		options = apply(site, "maxAttempts", options::maxAttempts, annotation.maxAttempts());
		KeyFilter filter = method.filter();
		return new ListenerDefinition(site, id(site, annotation), (filter != null) ? options.filter(filter) : options,
				method.callback()::onEvent);
	}

	private static String id(DefinitionSite site, KvListener annotation) {
		String id = site.resolve("id", annotation.id());
		if (id.isBlank()) {
			throw site.error("id", "'" + annotation.id() + "' is blank",
					"Give the listener an id: its checkpoint is kept under it");
		}
		return id;
	}

	private static <T> ListenerOptions apply(DefinitionSite site, String attribute, Function<T, ListenerOptions> change,
			T value) {
		try {
			return change.apply(value);
		}
		catch (IllegalArgumentException ex) {
			throw site.error(attribute, String.valueOf(ex.getMessage()), "Choose another value", ex);
		}
	}

	/**
	 * A listener that was read from an annotation and can be registered.
	 */
	private record ListenerDefinition(DefinitionSite site, String id, ListenerOptions options, KvEventHandler handler) {
	}

}
