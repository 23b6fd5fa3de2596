package io.github.kvevents.hook;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;

/**
 * Reads the {@link KvHook}s of a bean's method. What can't work is refused here, when the
 * application starts.
 */
final class HookDefinitionReader {

	private static final Set<KvEventType> REMOVALS = EnumSet.of(KvEventType.DELETE, KvEventType.BATCH_DELETE,
			KvEventType.EXPIRED);

	private final ConfigurableBeanFactory beanFactory;

	HookDefinitionReader(ConfigurableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	HookDefinition read(Object bean, String beanName, Class<?> targetClass, Method method, KvHook annotation) {
		DefinitionSite site = new DefinitionSite(beanName, method, KvHook.class, this.beanFactory);
		BoundMethod bound = BoundMethod.of(site, bean);
		List<HookParameter> parameters = MethodParameters.read(site, targetClass);
		KvHookOptions options = options(site, annotation, parameters).order(order(method, targetClass));
		return new HookDefinition(site, options, callback(bound, parameters));
	}

	static int order(Method method, Class<?> targetClass) {
		Order order = AnnotatedElementUtils.findMergedAnnotation(method, Order.class);
		return (order != null) ? order.value() : OrderUtils.getOrder(targetClass, Ordered.LOWEST_PRECEDENCE);
	}

	private static KvHookOptions options(DefinitionSite site, KvHook annotation, List<HookParameter> parameters) {
		Set<KvEventType> events = events(site, annotation, parameters);
		checkChanges(site, annotation.changes(), events);
		if (annotation.scope() == KvHookScope.EVERY_INSTANCE) {
			throw site.error("scope", HookRegistry.NEEDS_LOG, "Leave the scope at ONE_INSTANCE");
		}
		KvHookOptions options = KvHookOptions.defaults()
			.events(events.toArray(KvEventType[]::new))
			.changes(annotation.changes());
		KeyFilter filter = KeyFilterReader.read(site, annotation.prefix(), annotation.suffix(), annotation.keys(),
				annotation.regex(), annotation.filter());
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

	/**
	 * The events of the annotation as far as the parameter can take them.
	 */
	private static Set<KvEventType> events(DefinitionSite site, KvHook annotation, List<HookParameter> parameters) {
		Set<KvEventType> declared = (annotation.events().length > 0) ? EnumSet.copyOf(List.of(annotation.events()))
				: EnumSet.allOf(KvEventType.class);
		Set<KvEventType> events = EnumSet.copyOf(declared);
		for (HookParameter parameter : parameters) {
			if (parameter.kind() == ParameterKind.EVENT && parameter.type() instanceof Class<?> eventClass) {
				events.removeIf((type) -> !eventClass.isAssignableFrom(eventClass(type)));
				if (events.isEmpty()) {
					throw site.error("events", declared + " are never a " + eventClass.getSimpleName()
							+ ", which parameter '" + parameter.name() + "' takes", "Change one of the two");
				}
			}
		}
		return events;
	}

	private static Class<? extends KvEvent> eventClass(KvEventType type) {
		return SpringListeners.eventClass(type);
	}

	private static void checkChanges(DefinitionSite site, KvChange[] changes, Set<KvEventType> events) {
		if (changes.length == 0) {
			return;
		}
		boolean removed = Arrays.asList(changes).contains(KvChange.REMOVED);
		boolean written = !removed || changes.length > 1;
		boolean possible = events.stream().anyMatch((type) -> REMOVALS.contains(type) ? removed : written);
		if (!possible) {
			throw site.error("changes", Arrays.toString(changes) + " never come with " + events,
					"Only a delete or an expiry is REMOVED: change events or changes");
		}
	}

	private static @Nullable Duration timeout(DefinitionSite site, KvHook annotation) {
		if (annotation.timeout().isEmpty()) {
			return null;
		}
		String text = site.resolve("timeout", annotation.timeout());
		if (annotation.async()) {
			throw site.error("timeout", "'" + text + "' is set for an asynchronous hook, for which nobody waits",
					"Remove the timeout, or async");
		}
		Duration timeout = parse(site, text);
		if (timeout.isZero() || timeout.isNegative()) {
			throw site.error("timeout", "'" + text + "' is not more than zero", "Set one that is, or none");
		}
		return timeout;
	}

	private static Duration parse(DefinitionSite site, String text) {
		try {
			return DurationFormatterUtils.detectAndParse(text.trim());
		}
		catch (IllegalArgumentException ex) {
			throw site.error("timeout", "'" + text + "' is not a duration", "Write for example '2s', '500ms' or 'PT2S'",
					ex);
		}
	}

	private static KvHookCallback callback(BoundMethod method, List<HookParameter> parameters) {
		HookParameter[] taken = parameters.toArray(HookParameter[]::new);
		return (event) -> {
			@Nullable Object[] arguments = new @Nullable Object[taken.length];
			for (int index = 0; index < taken.length; index++) {
				arguments[index] = taken[index].argument(event);
			}
			method.invoke(arguments);
		};
	}

}
