package io.github.kvevents.hook;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.springframework.context.ApplicationEvent;
import org.springframework.core.GenericTypeResolver;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;

/**
 * Finds out what each parameter of an annotated method takes.
 */
final class MethodParameters {

	/**
	 * Nobody stores these: who asks for one means the event's.
	 */
	private static final Set<Class<?>> PARTS_OF_EVENT = Set.of(KvChange.class, KvBatch.class, KvPosition.class);

	private final DefinitionSite site;

	private final Class<?> targetClass;

	private MethodParameters(DefinitionSite site, Class<?> targetClass) {
		this.site = site;
		this.targetClass = targetClass;
	}

	/**
	 * Reads the parameters.
	 * @param targetClass the class of the bean, in which type variables are resolved
	 */
	static List<HookParameter> read(DefinitionSite site, Class<?> targetClass) {
		return new MethodParameters(site, targetClass).read();
	}

	private List<HookParameter> read() {
		Method method = this.site.method();
		List<HookParameter> parameters = new ArrayList<>();
		Set<ParameterKind> seen = EnumSet.noneOf(ParameterKind.class);
		for (Parameter parameter : method.getParameters()) {
			ParameterKind kind = kindOf(parameter);
			if (!seen.add(kind)) {
				throw error(parameter, "is a second " + kind,
						(kind == ParameterKind.KEY)
								? "A String is the key: annotate the one that is to take the value with @KvValue"
								: "Take at most one " + kind);
			}
			Type type = GenericTypeResolver.resolveType(parameter.getParameterizedType(), this.targetClass);
			if (type instanceof TypeVariable) {
				throw error(parameter, "has the type variable '" + type + "', which nothing resolves",
						"Declare it with a type that values can be decoded to");
			}
			parameters.add(new HookParameter(parameter.getName(), kind, type));
		}
		return parameters;
	}

	private ParameterKind kindOf(Parameter parameter) {
		boolean value = parameter.isAnnotationPresent(KvValue.class);
		boolean previous = parameter.isAnnotationPresent(KvPreviousValue.class);
		if (value && previous) {
			throw error(parameter, "has both @KvValue and @KvPreviousValue", "Remove one of them");
		}
		Class<?> type = parameter.getType();
		boolean reserved = KvEvent.class.isAssignableFrom(type) || type == KvEventType.class
				|| PARTS_OF_EVENT.contains(type);
		if (reserved && (value || previous)) {
			throw error(parameter, "is a " + type.getSimpleName() + " and no value",
					"Remove the annotation from the parameter");
		}
		if (PARTS_OF_EVENT.contains(type)) {
			throw error(parameter, "is a " + type.getSimpleName() + ", which no parameter can take",
					"Take the KvEvent and ask it");
		}
		if (ApplicationEvent.class.isAssignableFrom(type) && !reserved) {
			throw error(parameter, "is a " + type.getSimpleName() + ", an event that comes another way",
					"Take it in a method with @EventListener");
		}
		if (value || previous) {
			return value ? ParameterKind.VALUE : ParameterKind.PREVIOUS_VALUE;
		}
		return byType(type);
	}

	private static ParameterKind byType(Class<?> type) {
		if (KvEvent.class.isAssignableFrom(type)) {
			return ParameterKind.EVENT;
		}
		if (type == KvEventType.class) {
			return ParameterKind.TYPE;
		}
		return (type == String.class) ? ParameterKind.KEY : ParameterKind.VALUE;
	}

	private KvHookDefinitionException error(Parameter parameter, String description, String action) {
		return this.site.signatureError("parameter '" + parameter.getName() + "'", "it " + description, action);
	}

}
