package io.github.kvevents.core;

import java.util.Map;
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
	 * The name of a property is part of the program, the key of a map part of the value.
	 */
	private static String describe(JacksonException.Reference reference) {
		if (reference.getPropertyName() == null) {
			return "[" + reference.getIndex() + "]";
		}
		boolean map = reference.from() instanceof Map
				|| (reference.from() instanceof Class<?> type && Map.class.isAssignableFrom(type));
		return map ? "[*]" : reference.getPropertyName();
	}

}
