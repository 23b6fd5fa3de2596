package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.core.annotation.OrderUtils;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.annotation.BoundMethod.AsyncMethods;
import io.github.kvevents.annotation.HookParameter.Kind;
import io.github.kvevents.hook.GuardRegistry.Guard;
import io.github.kvevents.hook.HookRegistry;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookScope;

/**
 * Reads the {@link KvHook}s and {@link KvGuard}s of a bean's method. What can't work is
 * refused here, when the application starts.
 */
final class HookDefinitionReader {

	private final ConfigurableBeanFactory beanFactory;

	private final boolean changeLog;

	private final boolean lastValues;

	/**
	 * Creates a reader.
	 * @param registry knows what hooks can have
	 */
	HookDefinitionReader(ConfigurableBeanFactory beanFactory, HookRegistry registry) {
		this.beanFactory = beanFactory;
		this.changeLog = registry.hasChangeLog();
		this.lastValues = registry.hasLastValues();
	}

	HookDefinition read(Object bean, String beanName, Class<?> targetClass, Method method, KvHook annotation) {
		DefinitionSite site = new DefinitionSite(beanName, method, KvHook.class, this.beanFactory);
		EventMethod eventMethod = EventMethod.read(site, bean, targetClass,
				new EventMethod.Attributes(annotation.events(), annotation.changes(), annotation.prefix(),
						annotation.suffix(), annotation.keys(), annotation.regex(), annotation.filter()));
		if (!this.lastValues) {
			eventMethod.checkWithoutLastValues(site);
		}
		KvHookOptions options = options(site, annotation, eventMethod).order(order(method, targetClass));
		return new HookDefinition(site, options, eventMethod.callback());
	}

	static int order(Method method, Class<?> targetClass) {
		for (Method declaration : MethodDeclarations.of(method, targetClass)) {
			Order order = AnnotatedElementUtils.getMergedAnnotation(declaration, Order.class);
			if (order != null) {
				return order.value();
			}
		}
		return OrderUtils.getOrder(targetClass, Ordered.LOWEST_PRECEDENCE);
	}

	private KvHookOptions options(DefinitionSite site, KvHook annotation, EventMethod method) {
		if (annotation.scope() == KvHookScope.EVERY_INSTANCE && !this.changeLog) {
			throw site.error("scope", HookRegistry.NEEDS_LOG,
					HookRegistry.SWITCH_ON + ", or leave the scope at ONE_INSTANCE");
		}
		KvHookOptions options = KvHookOptions.defaults()
			.events(method.events().toArray(KvEventType[]::new))
			.changes(annotation.changes())
			.scope(annotation.scope());
		if (annotation.scope() == KvHookScope.EVERY_INSTANCE) {
			site.requireLogged(options.getSelector());
		}
		KeyFilter filter = method.filter();
		options = (filter != null) ? options.filter(filter) : options;
		Duration timeout = timeout(site, annotation);
		options = (timeout != null) ? options.timeout(timeout) : options;
		options = annotation.async() ? options.async() : options;
		return annotation.id().isEmpty() ? options : id(site, annotation.id(), options);
	}

	private static KvHookOptions id(DefinitionSite site, String attribute, KvHookOptions options) {
		try {
			return options.id(site.resolve("id", attribute));
		}
		catch (IllegalArgumentException ex) {
			throw site.error("id", String.valueOf(ex.getMessage()), "Choose another id, or none", ex);
		}
	}

	private static @Nullable Duration timeout(DefinitionSite site, KvHook annotation) {
		if (annotation.timeout().isEmpty()) {
			return null;
		}
		if (annotation.async()) {
			throw site.error("timeout",
					"'" + site.resolve("timeout", annotation.timeout())
							+ "' is set for an asynchronous hook, for which nobody waits",
					"Remove the timeout, or async");
		}
		return site.duration("timeout", annotation.timeout());
	}

	GuardDefinition read(Object bean, String beanName, Class<?> targetClass, Method method, KvGuard annotation) {
		DefinitionSite site = new DefinitionSite(beanName, method, KvGuard.class, this.beanFactory);
		BoundMethod bound = BoundMethod.of(site, bean, targetClass);
		AsyncMethods.checkGuard(site, bean, targetClass);
		Set<KvEventType> events = events(site, annotation);
		List<HookParameter> parameters = MethodParameters.read(site, targetClass);
		parameters.forEach((parameter) -> check(site, parameter, events));
		KeyFilter filter = KeyFilterReader.read(site, annotation.prefix(), annotation.suffix(), annotation.keys(),
				annotation.regex(), annotation.filter());
		return new GuardDefinition(beanName + "." + method.getName(), events, filter, order(method, targetClass),
				bound.check(parameters));
	}

	private static Set<KvEventType> events(DefinitionSite site, KvGuard annotation) {
		if (annotation.events().length == 0) {
			return EnumSet.complementOf(EnumSet.of(KvEventType.EXPIRED));
		}
		Set<KvEventType> events = EnumSet.copyOf(List.of(annotation.events()));
		if (events.contains(KvEventType.EXPIRED)) {
			throw site.error("events", "EXPIRED can't be guarded: it has happened when it is known",
					"Remove it, or use @KvHook");
		}
		return events;
	}

	private static void check(DefinitionSite site, HookParameter parameter, Set<KvEventType> events) {
		String part = "parameter '" + parameter.name() + "'";
		if (parameter.kind() == Kind.EVENT || parameter.kind() == Kind.PREVIOUS_VALUE) {
			throw site.signatureError(part, "a guard has no " + parameter.kind() + ": nothing has happened yet",
					"Take the key, the KvEventType or the new value");
		}
		boolean deletes = events.contains(KvEventType.DELETE) || events.contains(KvEventType.BATCH_DELETE);
		if (parameter.isPrimitive() && deletes) {
			throw site.signatureError(part,
					"a delete has no value, and '" + parameter.type().getTypeName() + "' can't be null",
					"Take the boxed type, or guard only operations that set");
		}
	}

	/**
	 * A hook that was read from an annotation and can be registered.
	 */
	record HookDefinition(DefinitionSite site, KvHookOptions options, KvHookCallback callback) {
	}

	/**
	 * A guard that was read from an annotation and can be registered.
	 */
	record GuardDefinition(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order,
			Guard.Check check) {
	}

}
