package io.github.kvevents.core;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectWriter;
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
 * A value that is written as JSON {@code null}, as an empty {@code Optional} is, is
 * refused.
 * <p>
 * Its exceptions say where decoding failed and never quote the value, which must not get
 * into a log.
 */
public final class JsonKvCodec implements KvCodec {

	private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

	private final PlainKvCodec plain = new PlainKvCodec();

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
		if (PlainKvCodec.knows(value.getClass())) {
			return this.plain.encode(value);
		}
		return write(this.mapper.writer(), value);
	}

	@Override
	public byte[] encode(Object value, Type type) {
		if (type instanceof Class<?>) {
			return encode(value);
		}
		return write(this.mapper.writerFor(this.mapper.constructType(type)), value);
	}

	private static byte[] write(ObjectWriter writer, Object value) {
		try {
			byte[] json = writer.writeValueAsBytes(value);
			Assert.isTrue(!Arrays.equals(json, NULL),
					"It is written as JSON null, which no reader can tell from a value "
							+ "that is missing: delete the key, or leave the field out, instead");
			return json;
		}
		catch (JacksonException ex) {
			throw JsonFailure.of(ex);
		}
	}

	@Override
	public <T> T decode(byte[] value, Class<T> type) {
		if (PlainKvCodec.knows(type)) {
			return this.plain.decode(value, type);
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

	/**
	 * What remains of a failure of the mapper once everything is taken out that may be
	 * part of the value: its message quotes the value, and so do those of its causes.
	 */
	static final class JsonFailure extends RuntimeException {

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
		 * The name of a property is part of the program where a class declares it. The
		 * key of a map, and a property that nothing declares, are part of the value.
		 */
		private static String describe(JacksonException.Reference reference) {
			if (reference.getPropertyName() == null) {
				return "[" + reference.getIndex() + "]";
			}
			Object from = reference.from();
			Class<?> type = (from instanceof Class<?> rawType) ? rawType
					: (from != null) ? from.getClass() : Object.class;
			return declares(type, reference.getPropertyName()) ? reference.getPropertyName() : "[*]";
		}

		/**
		 * Whether there is a field or an accessor of that name, in whatever case the
		 * mapper writes it.
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

}
