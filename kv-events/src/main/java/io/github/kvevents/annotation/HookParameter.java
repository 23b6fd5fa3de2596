package io.github.kvevents.annotation;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.GuardRegistry.Guard;

/**
 * A parameter of a hook or guard method and where its argument comes from.
 *
 * @param type what values are decoded to
 */
record HookParameter(String name, Kind kind, Type type) {

	boolean isPrimitive() {
		return this.type instanceof Class<?> rawType && rawType.isPrimitive();
	}

	@Nullable Object argument(KvEvent event) {
		return switch (this.kind) {
			case EVENT -> event;
			case TYPE -> event.getType();
			case KEY -> event.getKey();
			case VALUE -> required(value(event, event.getChange() == KvChange.REMOVED), event.getKey());
			case PREVIOUS_VALUE -> required(value(event, true), event.getKey());
		};
	}

	private @Nullable Object value(KvEvent event, boolean previous) {
		if (this.type == byte[].class) {
			return previous ? event.getRawPreviousValue() : event.getRawValue();
		}
		if (this.type instanceof Class<?> rawType) {
			Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(rawType);
			return previous ? event.getPreviousValue(boxed) : event.getValue(boxed);
		}
		ParameterizedTypeReference<?> reference = ParameterizedTypeReference.forType(this.type);
		return previous ? event.getPreviousValue(reference) : event.getValue(reference);
	}

	@Nullable Object argument(Guard.Change change) {
		return switch (this.kind) {
			case TYPE -> change.type();
			case KEY -> change.key();
			case VALUE -> value(change);
			case EVENT, PREVIOUS_VALUE -> throw new IllegalStateException("A guard has no " + this.kind);
		};
	}

	private @Nullable Object value(Guard.Change change) {
		byte[] value = change.value();
		if (value == null) {
			return null;
		}
		if (this.type == byte[].class) {
			return value.clone();
		}
		KvCodec codec = change.codec();
		if (codec == null) {
			throw new IllegalStateException("The HookEngine was built without a codec: the guard can only take bytes");
		}
		try {
			Object decoded = (this.type instanceof Class<?> rawType)
					? codec.decode(value.clone(), ClassUtils.resolvePrimitiveIfNecessary(rawType))
					: codec.decode(value.clone(), this.type);
			Assert.state(decoded != null, "The codec returned null");
			return decoded;
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(change.key(), this.type, ex);
		}
	}

	private @Nullable Object required(@Nullable Object value, String key) {
		if (value == null && isPrimitive()) {
			throw new IllegalStateException("Parameter '" + this.name + "' of type '" + this.type.getTypeName()
					+ "' can't take the " + this.kind + " of key '" + KeyText.printable(key)
					+ "': there is none or it isn't known. Take the boxed type instead");
		}
		return value;
	}

	/**
	 * What a parameter of a hook or guard method takes.
	 */
	enum Kind {

		/** The event itself. */
		EVENT("event"),

		/** The type of the event. */
		TYPE("KvEventType"),

		/** The key. */
		KEY("key"),

		/** The new value or, for a removed key, the last. */
		VALUE("value"),

		/** The value before. */
		PREVIOUS_VALUE("previous value");

		private final String description;

		Kind(String description) {
			this.description = description;
		}

		boolean isValue() {
			return this == VALUE || this == PREVIOUS_VALUE;
		}

		/**
		 * Whether a method may read a value by such a parameter. What it asks an event
		 * isn't known.
		 */
		boolean takesValue() {
			return this != TYPE && this != KEY;
		}

		@Override
		public String toString() {
			return this.description;
		}

	}

	/**
	 * Turns what Spring has resolved into a type without variables, that values can be
	 * decoded to.
	 */
	static final class ResolvedTypes {

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

}
