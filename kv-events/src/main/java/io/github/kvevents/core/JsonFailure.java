package io.github.kvevents.core;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/**
 * What remains of a failure of the mapper once everything is taken out that may be part
 * of the value: its message quotes the value, and so do those of its causes.
 */
final class JsonFailure extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private JsonFailure(String message) {
		super(message);
	}

	static JsonFailure of(JacksonException ex) {
		JsonFailure failure = new JsonFailure(describe(ex));
		failure.setStackTrace(ex.getStackTrace());
		return failure;
	}

	private static String describe(JacksonException ex) {
		StringBuilder text = new StringBuilder(ex.getClass().getSimpleName());
		if (ex.getCause() != null) {
			text.append(" caused by ").append(ex.getCause().getClass().getName());
		}
		if (!ex.getPath().isEmpty()) {
			text.append(" at ")
				.append(ex.getPath().stream().map(JsonFailure::describe).collect(Collectors.joining(".")));
		}
		TokenStreamLocation location = ex.getLocation();
		if (location != null && location.getLineNr() > 0) {
			text.append(", line ").append(location.getLineNr()).append(" column ").append(location.getColumnNr());
		}
		return text.toString();
	}

	/**
	 * The name of a property is part of the program where a class declares it. The key of
	 * a map, and a property that nothing declares, are part of the value.
	 */
	private static String describe(JacksonException.Reference reference) {
		if (reference.getPropertyName() == null) {
			return "[" + reference.getIndex() + "]";
		}
		Object from = reference.from();
		Class<?> type = (from instanceof Class<?> rawType) ? rawType : (from != null) ? from.getClass() : Object.class;
		return declares(type, reference.getPropertyName()) ? reference.getPropertyName() : "[*]";
	}

	/**
	 * Whether there is a field or an accessor of that name, in whatever case the mapper
	 * writes it.
	 */
	private static boolean declares(Class<?> type, String property) {
		if (Map.class.isAssignableFrom(type)) {
			return false;
		}
		String name = lettersOf(property);
		Set<String> accessors = Set.of(name, "get" + name, "is" + name, "set" + name);
		for (Class<?> level = type; level != null; level = level.getSuperclass()) {
			if (Arrays.stream(level.getDeclaredFields())
				.map(Field::getName)
				.map(JsonFailure::lettersOf)
				.anyMatch(name::equals)
					|| Arrays.stream(level.getDeclaredMethods())
						.map(Method::getName)
						.map(JsonFailure::lettersOf)
						.anyMatch(accessors::contains)) {
				return true;
			}
		}
		return false;
	}

	private static String lettersOf(String name) {
		return name.replaceAll("[_\\-. ]", "").toLowerCase(Locale.ROOT);
	}

}
