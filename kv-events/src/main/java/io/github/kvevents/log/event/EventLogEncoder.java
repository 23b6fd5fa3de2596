package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.store.KvKeys;

/**
 * Checks and encodes what is to be added, all of it before anything is sent.
 */
record EventLogEncoder(String log, KvCodec codec) {

	/**
	 * A script passes the fields of an entry on as arguments of one call, and Lua has
	 * room for some 8,000 of these.
	 */
	static final int MAX_FIELDS = 3500;

	List<List<byte[]>> encode(List<? extends Map<String, ?>> entries) {
		List<List<byte[]>> encoded = new ArrayList<>(entries.size());
		for (int index = 0; index < entries.size(); index++) {
			encoded.add(encode("entries[" + index + "]", entries.get(index)));
		}
		return encoded;
	}

	private List<byte[]> encode(String argument, @Nullable Map<String, ?> entry) {
		Assert.notNull(entry, () -> "'" + argument + "' must not be null");
		Assert.isTrue(!entry.isEmpty(), () -> "'" + argument + "' must have at least one field");
		Assert.isTrue(entry.size() <= MAX_FIELDS,
				() -> "'%s' must have at most %d fields but has %d: spread them over entries".formatted(argument,
						MAX_FIELDS, entry.size()));
		List<byte[]> fields = new ArrayList<>(2 * entry.size());
		entry.forEach((field, value) -> {
			Assert.notNull(field, () -> "'" + argument + "' must not have a null field name");
			Assert.notNull(value,
					() -> "'%s' must not have a null value but has for the field '%s': leave the field out"
						.formatted(argument, KeyText.printable(field)));
			fields.add(KvKeys.requireUtf8(argument, field).getBytes(StandardCharsets.UTF_8));
			fields.add(encode(field, value));
		});
		return fields;
	}

	private byte[] encode(String field, Object value) {
		try {
			return this.codec.encode(value);
		}
		catch (RuntimeException ex) {
			throw new KvCodecException(this.log, "The field '%s' for the event log '%s' of type '%s' can't be encoded"
				.formatted(KeyText.printable(field), KeyText.printable(this.log), value.getClass().getTypeName()), ex);
		}
	}

}
