package io.github.kvevents.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;

/**
 * The default codec where Jackson is missing: knows {@code String}, stored as it is in
 * UTF-8, and {@code byte[]}, stored as it is. It refuses everything else.
 */
public final class PlainKvCodec implements KvCodec {

	/** What a String writes in place of what it can't encode. */
	private static final byte REPLACED = '?';

	/** What a String has in place of bytes that it can't decode. */
	private static final char REPLACEMENT = '\uFFFD';

	@Override
	public byte[] encode(Object value) {
		if (value instanceof String text) {
			return encodeText(text);
		}
		Assert.isTrue(value instanceof byte[], () -> refusal(value.getClass()));
		return ((byte[]) value).clone();
	}

	@Override
	public <T> T decode(byte[] value, Class<T> type) {
		if (type == String.class) {
			return type.cast(decodeText(value));
		}
		Assert.isTrue(type == byte[].class, () -> refusal(type));
		return type.cast(value);
	}

	static boolean knows(Class<?> type) {
		return type == String.class || type == byte[].class;
	}

	private static byte[] encodeText(String text) {
		byte[] value = text.getBytes(StandardCharsets.UTF_8);
		for (byte part : value) {
			if (part == REPLACED) {
				Assert.isTrue(StandardCharsets.UTF_8.newEncoder().canEncode(text),
						"The text holds an unpaired surrogate, which UTF-8 can't express");
				return value;
			}
		}
		return value;
	}

	private static String decodeText(byte[] value) {
		String text = new String(value, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) >= 0) {
			try {
				StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
			}
			catch (CharacterCodingException ex) {
				throw new IllegalArgumentException("The bytes are not UTF-8: read them as byte[]");
			}
		}
		return text;
	}

	private static String refusal(Class<?> type) {
		return "Without Jackson only String and byte[] can be stored, not " + type.getName()
				+ ": add 'org.springframework.boot:spring-boot-starter-jackson', or declare a KvCodec bean";
	}

}
