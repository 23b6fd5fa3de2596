package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.Guard;
import io.github.kvevents.hook.KvGuard;

/**
 * Reads the {@link KvGuard}s of a bean's method. What can't work is refused here, when
 * the application starts.
 */
final class GuardDefinitionReader {

	private final ConfigurableBeanFactory beanFactory;

	GuardDefinitionReader(ConfigurableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
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
		return new GuardDefinition(beanName + "." + method.getName(), events, filter,
				HookDefinitionReader.order(method, targetClass), bound.check(parameters));
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
		if (parameter.kind() == ParameterKind.EVENT || parameter.kind() == ParameterKind.PREVIOUS_VALUE) {
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
	 * A guard that was read from an annotation and can be registered.
	 */
	record GuardDefinition(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order,
			Guard.Check check) {
	}

}
