package io.github.kvevents.log;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;

/**
 * An entry of an event log: its id and its fields, in the order in which they were added.
 * Immutable. Values are decoded when they are asked for.
 */
public final class LogEntry {

	private final String log;

	private final EntryId id;

	private final Map<String, byte[]> fields;

	private final KvCodec codec;

	/**
	 * Creates an entry.
	 * @param log the name of the log
	 * @param id the id of the entry
	 * @param fields the encoded values by the names of the fields, in order
	 * @param codec decodes the values when they are asked for
	 */
	public LogEntry(String log, EntryId id, Map<String, byte[]> fields, KvCodec codec) {
		this.log = log;
		this.id = id;
		this.codec = codec;
		this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
	}

	/**
	 * The position of the entry in its log.
	 * @return the id
	 */
	public EntryId getId() {
		return this.id;
	}

	/**
	 * The names of the fields.
	 * @return the names in order, not to be changed
	 */
	public Set<String> getFieldNames() {
		return this.fields.keySet();
	}

	/**
	 * The value of a field, decoded anew with each call.
	 * @param <T> the type to decode to
	 * @param field the name of the field
	 * @param type the class to decode to
	 * @return the value, or {@code null} if the entry has no such field
	 * @throws KvCodecException if it can't be decoded to that type
	 */
	public <T> @Nullable T get(String field, Class<T> type) {
		Assert.notNull(type, "'type' must not be null");
		byte[] value = getRaw(field);
		if (value == null) {
			return null;
		}
		try {
			T decoded = this.codec.decode(value, type);
			Assert.state(decoded != null, "The codec returned null");
			return decoded;
		}
		catch (RuntimeException ex) {
			throw new KvCodecException(this.log,
					"The field '%s' of the entry %s of the event log '%s' can't be decoded to '%s'".formatted(
							KeyText.printable(field), this.id, KeyText.printable(this.log), type.getTypeName()),
					ex);
		}
	}

	/**
	 * The bytes of a field's value.
	 * @param field the name of the field
	 * @return a copy of the bytes, or {@code null} if the entry has no such field
	 */
	public byte @Nullable [] getRaw(String field) {
		Assert.notNull(field, "'field' must not be null");
		byte[] value = this.fields.get(field);
		return (value != null) ? value.clone() : null;
	}

	/**
	 * The id and the names of the fields; values may be confidential.
	 */
	@Override
	public String toString() {
		return "LogEntry[id=" + this.id + ", fields=" + this.fields.keySet() + "]";
	}

}
