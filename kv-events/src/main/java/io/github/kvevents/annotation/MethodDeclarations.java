package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * A method together with those that it overrides or implements, as seen from the class of
 * a bean: that may implement an interface with a method that it inherits. Annotations of
 * the method and of its parameters may stand on any of them.
 */
final class MethodDeclarations {

	private MethodDeclarations() {
	}

	/**
	 * The declarations of a method.
	 * @param method the method
	 * @param targetClass the class of the bean, in which type variables are resolved
	 * @return the method itself, then the others, closest first
	 */
	static List<Method> of(Method method, Class<?> targetClass) {
		List<Method> declarations = new ArrayList<>();
		declarations.add(method);
		if (!isOverridable(method)) {
			return declarations;
		}
		for (Class<?> type : hierarchy(targetClass)) {
			ReflectionUtils.doWithLocalMethods(type, (candidate) -> {
				if (isOverridden(candidate, method, targetClass)) {
					declarations.add(candidate);
				}
			});
		}
		return declarations;
	}

	/**
	 * A class and all its types, each class before its interfaces, and those before its
	 * superclass.
	 */
	static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		collect(type, types);
		return types;
	}

	private static void collect(@Nullable Class<?> type, Set<Class<?>> types) {
		if (type == null || type == Object.class || !types.add(type)) {
			return;
		}
		for (Class<?> implemented : type.getInterfaces()) {
			collect(implemented, types);
		}
		collect(type.getSuperclass(), types);
	}

	private static boolean isOverridden(Method candidate, Method method, Class<?> targetClass) {
		if (!candidate.getName().equals(method.getName()) || candidate.getParameterCount() != method.getParameterCount()
				|| candidate.isBridge() || !isOverridable(candidate) || candidate.equals(method)
				|| !isVisible(candidate, method)) {
			return false;
		}
		for (int index = 0; index < method.getParameterCount(); index++) {
			if (parameterType(candidate, index, targetClass) != parameterType(method, index, targetClass)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isOverridable(Method method) {
		return !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
	}

	private static boolean isVisible(Method candidate, Method method) {
		return (candidate.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
				|| candidate.getDeclaringClass().getPackage() == method.getDeclaringClass().getPackage();
	}

	private static Class<?> parameterType(Method method, int index, Class<?> targetClass) {
		return ResolvableType.forMethodParameter(method, index, targetClass).resolve(method.getParameterTypes()[index]);
	}

}
