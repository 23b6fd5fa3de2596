package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.ApplicationEvent;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.annotation.HookParameter.Kind;
import io.github.kvevents.annotation.HookParameter.ResolvedTypes;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;

/**
 * Finds out what each parameter of an annotated method takes: by its type, as it is for
 * the bean's class, and by the annotations of the parameter or of those that it
 * overrides.
 */
final class MethodParameters {

	/**
	 * Nobody stores these: a parameter of such a type means the event's.
	 */
	private static final Set<Class<?>> PARTS_OF_EVENT = Set.of(KvChange.class, KvBatch.class, KvPosition.class);

	private final DefinitionSite site;

	private final Class<?> targetClass;

	private final @Nullable ResolvableType declared;

	private final ResolvableType beanType;

	private final List<Method> declarations;

	private MethodParameters(DefinitionSite site, Class<?> targetClass) {
		this.site = site;
		this.targetClass = targetClass;
		this.declared = declared(site, targetClass);
		this.beanType = (this.declared != null && this.declared.resolve() == targetClass) ? this.declared
				: ResolvableType.forClass(targetClass);
		this.declarations = MethodDeclarations.of(site.method(), targetClass);
	}

	/**
	 * Reads the parameters.
	 * @param targetClass the class of the bean, in which type variables are resolved
	 */
	static List<HookParameter> read(DefinitionSite site, Class<?> targetClass) {
		return new MethodParameters(site, targetClass).read();
	}

	/**
	 * The bean's definition may know more of a generic class than the class itself.
	 */
	private static @Nullable ResolvableType declared(DefinitionSite site, Class<?> targetClass) {
		try {
			BeanDefinition definition = site.beanFactory().getMergedBeanDefinition(site.beanName());
			ResolvableType declared = definition.getResolvableType();
			return (declared.hasGenerics() && declared.toClass().isAssignableFrom(targetClass)) ? declared : null;
		}
		catch (NoSuchBeanDefinitionException ex) {
			// a singleton that somebody made and registered
			return null;
		}
	}

	private List<HookParameter> read() {
		List<HookParameter> read = new ArrayList<>();
		Parameter[] parameters = this.site.method().getParameters();
		for (int index = 0; index < parameters.length; index++) {
			read.add(read(parameters[index], index));
		}
		boolean plainKey = false;
		for (int index = 0; index < parameters.length; index++) {
			plainKey |= read.get(index).kind() == Kind.KEY && !isVariable(index);
		}
		Set<Kind> seen = EnumSet.noneOf(Kind.class);
		for (int index = 0; index < parameters.length; index++) {
			HookParameter parameter = read.get(index);
			if (plainKey && parameter.kind() == Kind.KEY && isVariable(index)) {
				// in on(String key, T value) the String is the key, whatever T is
				parameter = new HookParameter(parameter.name(), Kind.VALUE, parameter.type());
				read.set(index, parameter);
			}
			checkFirst(parameters[index], parameter.kind(), seen);
		}
		return read;
	}

	private void checkFirst(Parameter parameter, Kind kind, Set<Kind> seen) {
		if (!seen.add(kind)) {
			throw error(parameter, "is a second " + kind,
					(kind == Kind.KEY) ? "A String is the key: annotate the one that is to take the value with @KvValue"
							: "Take at most one " + kind);
		}
	}

	private HookParameter read(Parameter parameter, int index) {
		ResolvableType resolvable = resolve(index);
		Type type = ResolvedTypes.of(resolvable);
		if (type == null) {
			throw error(parameter, "has the type variable '" + resolvable.getType() + "', which nothing resolves",
					"Declare it with a type that values can be decoded to");
		}
		Class<?> rawType = resolvable.resolve(parameter.getType());
		return new HookParameter(parameter.getName(), kindOf(parameter, index, rawType), type);
	}

	/**
	 * A lambda's class says nothing of its type arguments, and a generic class may leave
	 * open what its bean is declared with: then the declaration of the method in the type
	 * that the bean is declared with counts.
	 */
	private ResolvableType resolve(int index) {
		ResolvableType own = ResolvableType.forMethodParameter(new MethodParameter(this.site.method(), index),
				this.beanType);
		ResolvableType declared = this.declared;
		if (declared == null || !(this.targetClass.isSynthetic() || own.getType() instanceof TypeVariable
				|| own.hasUnresolvableGenerics())) {
			return own;
		}
		return this.declarations.stream()
			.filter((declaration) -> declaration.getDeclaringClass().isAssignableFrom(declared.toClass()))
			.map((declaration) -> ResolvableType.forMethodParameter(new MethodParameter(declaration, index), declared))
			.filter((type) -> type.resolve() != null && own.toClass().isAssignableFrom(type.toClass()))
			.findFirst()
			.orElse(own);
	}

	private boolean isVariable(int index) {
		for (Method declaration : this.declarations) {
			if (declaration.getGenericParameterTypes()[index] instanceof TypeVariable) {
				return true;
			}
		}
		return false;
	}

	private Kind kindOf(Parameter parameter, int index, Class<?> type) {
		Kind annotated = annotated(parameter, index);
		boolean reserved = KvEvent.class.isAssignableFrom(type) || type == KvEventType.class
				|| PARTS_OF_EVENT.contains(type);
		if (reserved && annotated != null) {
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
		checkText(parameter, type, annotated != null || isVariable(index));
		return (annotated != null) ? annotated : byType(type);
	}

	/**
	 * A key is a String and so is text: a wider type can be either.
	 */
	private void checkText(Parameter parameter, Class<?> type, boolean told) {
		if (type == String.class || type == Object.class || !type.isAssignableFrom(String.class)) {
			return;
		}
		if (!told) {
			throw error(parameter, "is a " + type.getSimpleName() + ", which may be the key or a value",
					"Declare the key as String, and a value that is text as @KvValue String");
		}
		if (type == CharSequence.class) {
			throw error(parameter, "is a CharSequence, and text is decoded to a String", "Declare it as String");
		}
	}

	/**
	 * What the closest annotation of the parameter says, which may stand where the method
	 * is declared first.
	 */
	private @Nullable Kind annotated(Parameter parameter, int index) {
		for (Method declaration : this.declarations) {
			Parameter declared = declaration.getParameters()[index];
			boolean value = declared.isAnnotationPresent(KvValue.class);
			boolean previous = declared.isAnnotationPresent(KvPreviousValue.class);
			if (value && previous) {
				throw error(parameter, "has both @KvValue and @KvPreviousValue", "Remove one of them");
			}
			if (value || previous) {
				return value ? Kind.VALUE : Kind.PREVIOUS_VALUE;
			}
		}
		return null;
	}

	private static Kind byType(Class<?> type) {
		if (KvEvent.class.isAssignableFrom(type)) {
			return Kind.EVENT;
		}
		if (type == KvEventType.class) {
			return Kind.TYPE;
		}
		return (type == String.class) ? Kind.KEY : Kind.VALUE;
	}

	private KvHookDefinitionException error(Parameter parameter, String description, String action) {
		return this.site.signatureError("parameter '" + parameter.getName() + "'", "it " + description, action);
	}

}
