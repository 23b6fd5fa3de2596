package io.github.kvevents;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * Turns values into the bytes that are stored and back. Declare a bean of this type to
 * replace the default, which stores a {@code String} and a {@code byte[]} as they are and
 * everything else as JSON.
 * <p>
 * Equal values should be equal bytes: {@link KvChange#UNCHANGED} and compare-and-set are
 * decided by the bytes. A codec is used by many threads at once. Whatever it throws
 * reaches the caller as a {@link KvCodecException} that names the key and the type, and
 * so does a {@code null} that it returns.
 */
public interface KvCodec {

	/**
	 * Encodes a value.
	 * @param value the value, never {@code null}
	 * @return its bytes, owned by the caller, never {@code null}
	 */
	byte[] encode(Object value);

	/**
	 * Encodes a value whose type was declared. It matters where the value's class says
	 * less than the declaration: of a {@code List<Shape>} the class knows no elements'
	 * type. A codec that knows no generic types may leave this as it is.
	 * @param value the value, never {@code null}
	 * @param type the declared type
	 * @return its bytes, owned by the caller, never {@code null}
	 */
	default byte[] encode(Object value, Type type) {
		return encode(value);
	}

	/**
	 * Decodes a value. The type comes from the caller, never from the bytes.
	 * @param <T> the type to decode to
	 * @param value the bytes, not to be changed
	 * @param type the class to decode to
	 * @return the value, never {@code null}: bytes that stand for none can't be decoded
	 */
	<T> T decode(byte[] value, Class<T> type);

	/**
	 * Decodes a value of a generic type, such as {@code List<Order>}. A codec that knows
	 * no generic types may leave this as it is: it then decodes to the raw class.
	 * @param value the bytes, not to be changed
	 * @param type the type to decode to
	 * @return the value, never {@code null}
	 */
	default Object decode(byte[] value, Type type) {
		if (type instanceof Class<?> rawType) {
			return decode(value, rawType);
		}
		if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> rawType) {
			return decode(value, rawType);
		}
		throw new IllegalArgumentException("Can't decode to '" + type.getTypeName() + "': not a class");
	}

}
