package io.github.kvevents.core;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;

/**
 * The default codec. A {@code String} is stored as it is, in UTF-8, and a {@code byte[]}
 * as it is, so that other clients read what they expect. Everything else is JSON by the
 * application's mapper, with map entries in key order so that equal values are equal
 * bytes. There is no Java serialization and no default typing, even where the application
 * has switched that on: types come from the caller.
 * <p>
 * What it throws says where decoding failed, never what stood there: a value must not get
 * into a log.
 */
public final class JsonKvCodec implements KvCodec {

	private final JsonMapper mapper;

	/**
	 * Creates a codec.
	 * @param mapper the application's mapper; it is not changed
	 */
	public JsonKvCodec(JsonMapper mapper) {
		Assert.notNull(mapper, "'mapper' must not be null");
		this.mapper = mapper.rebuild()
			.deactivateDefaultTyping()
			.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
			.build();
	}

	@Override
	public byte[] encode(Object value) {
		if (value instanceof String text) {
			return encodeText(text);
		}
		if (value instanceof byte[] bytes) {
			return bytes.clone();
		}
		try {
			return this.mapper.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			throw JsonFailure.of(ex);
		}
	}

	@Override
	public <T> T decode(byte[] value, Class<T> type) {
		if (type == String.class) {
			return type.cast(decodeText(value));
		}
		if (type == byte[].class) {
			return type.cast(value);
		}
		try {
			return notNull(this.mapper.readValue(value, type));
		}
		catch (JacksonException ex) {
			throw JsonFailure.of(ex);
		}
	}

	@Override
	public Object decode(byte[] value, Type type) {
		if (type instanceof Class<?> rawType) {
			return decode(value, rawType);
		}
		try {
			return notNull(this.mapper.readValue(value, this.mapper.constructType(type)));
		}
		catch (JacksonException ex) {
			throw JsonFailure.of(ex);
		}
	}

	private static <T> T notNull(@Nullable T value) {
		Assert.state(value != null, "The JSON is null");
		return value;
	}

	private static byte[] encodeText(String text) {
		try {
			ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
			byte[] value = new byte[bytes.remaining()];
			bytes.get(value);
			return value;
		}
		catch (CharacterCodingException ex) {
			throw new IllegalArgumentException("The text holds an unpaired surrogate, which UTF-8 can't express");
		}
	}

	private static String decodeText(byte[] value) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
		}
		catch (CharacterCodingException ex) {
			throw new IllegalArgumentException("The bytes are not UTF-8: read them as byte[]");
		}
	}

}
