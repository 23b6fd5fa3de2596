package io.github.kvevents.annotation;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Turns what Spring has resolved into a type without variables, that values can be
 * decoded to.
 */
final class ResolvedTypes {

	/**
	 * A bound may mention its own variable, as that of an enum does.
	 */
	private static final int MAX_DEPTH = 8;

	private ResolvedTypes() {
	}

	/**
	 * The type without variables. One that nothing resolves is as wide as its bound.
	 * @return the type, {@code null} where a variable has no bound either
	 */
	static @Nullable Type of(ResolvableType type) {
		return of(type, 0);
	}

	private static @Nullable Type of(ResolvableType type, int depth) {
		if (type.getType() instanceof Class<?> plain) {
			return plain;
		}
		if (type.isArray()) {
			return array(of(type.getComponentType(), depth));
		}
		Class<?> raw = type.resolve();
		if (raw == null) {
			return (type.getType() instanceof WildcardType) ? Object.class : null;
		}
		return (type.hasGenerics() && depth < MAX_DEPTH) ? parameterized(type, raw, depth) : raw;
	}

	private static @Nullable Type array(@Nullable Type component) {
		if (component == null || component instanceof Class<?>) {
			return (component instanceof Class<?> plain) ? plain.arrayType() : null;
		}
		GenericArrayType array = () -> component;
		return array;
	}

	private static @Nullable Type parameterized(ResolvableType type, Class<?> raw, int depth) {
		ResolvableType[] generics = type.getGenerics();
		for (int index = 0; index < generics.length; index++) {
			Type argument = of(generics[index], depth + 1);
			if (argument == null) {
				// a variable may stand for a class without its arguments
				return (type.getType() instanceof ParameterizedType) ? null : raw;
			}
			generics[index] = ResolvableType.forType(argument);
		}
		return ResolvableType.forClassWithGenerics(raw, generics).getType();
	}

}
