package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.stream.ByteRecord;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;

/**
 * Decodes entries of the change log, which {@code log-append.lua} writes, and converts
 * positions to and from the ids of its entries: {@code millis-sequence}.
 */
final class LogCodec {

	private static final Log logger = LogFactory.getLog(RedisChangeLogStore.class);

	private final KeyNames names;

	private final AtomicBoolean warned = new AtomicBoolean();

	LogCodec(KeyNames names) {
		this.names = names;
	}

	/**
	 * Decodes an entry.
	 * @return the change, or {@code null} if the entry is foreign: of a key without the
	 * prefix, or written by another client
	 */
	@Nullable LoggedChange decode(int partition, ByteRecord entry) {
		List<byte[]> fields = new ArrayList<>(8);
		entry.getValue().forEach((label, value) -> {
			fields.add(label);
			fields.add(value);
		});
		return decode(position(partition, entry), fields, false);
	}

	/**
	 * Decodes an entry of a page.
	 */
	@Nullable LoggedChange decode(int partition, StreamPages.Entry entry) {
		return decode(position(partition, entry.id()), entry.fields(), entry.known());
	}

	/**
	 * Decodes an entry.
	 * @param known whether the reader knows it, and has read no values
	 */
	private @Nullable LoggedChange decode(KvPosition position, List<byte[]> fields, boolean known) {
		try {
			LoggedChange change = change(position, fields);
			return known ? change : change.requireConsistent();
		}
		catch (IllegalArgumentException ex) {
			skipped(position, ex);
			return null;
		}
	}

	/**
	 * Warns once: such entries tend to be many, and every reader reads them.
	 */
	private void skipped(KvPosition position, IllegalArgumentException ex) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("The entry '%s' of the change log is none of ours and was skipped (%s), as others will be: "
				.formatted(position, KeyText.printable(String.valueOf(ex.getMessage())))
					+ "no other client should write to the log, and all applications of a namespace need the same "
					+ "'kv.events.key-prefix'");
		}
		else {
			logger.debug("Entry '" + position + "' of the change log was skipped", ex);
		}
	}

	static KvPosition position(int partition, ByteRecord entry) {
		return position(partition, entry.getId().getValue());
	}

	private LoggedChange change(KvPosition position, List<byte[]> fields) {
		byte[] header = null;
		byte[] name = null;
		byte[] value = null;
		byte[] previousValue = null;
		for (int index = 0; index + 1 < fields.size(); index += 2) {
			byte[] label = fields.get(index);
			byte[] content = fields.get(index + 1);
			switch ((label.length == 1) ? label[0] : 0) {
				case 'm' -> header = content;
				case 'k' -> name = content;
				case 'v' -> value = content;
				case 'p' -> previousValue = content;
				default -> throw new IllegalArgumentException("A field of another application");
			}
		}
		if (header == null || name == null) {
			throw new IllegalArgumentException("No header or no key");
		}
		String key = this.names.fromRedis(name);
		if (key == null) {
			throw new IllegalArgumentException("A key without our prefix");
		}
		return change(position, key, value, previousValue, EntryHeader.decode(header));
	}

	/**
	 * An expiry happens once, so its position serves as the operation id.
	 */
	private static LoggedChange change(KvPosition position, String key, byte @Nullable [] value,
			byte @Nullable [] previousValue, EntryHeader header) {
		Instant loggedAt = Instant.ofEpochMilli(position.millis());
		Instant occurredAt = (header.deadline() != null) ? Instant.ofEpochMilli(header.deadline()) : loggedAt;
		String operationId = header.operationId().isEmpty() ? position.toString() : header.operationId();
		return new LoggedChange(position, header.type(), key, value, previousValue, header.origin(), operationId,
				occurredAt, loggedAt, header.batch(), header.headers());
	}

	/**
	 * The position of an entry. Called for each write, so no regular expression.
	 */
	static KvPosition position(int partition, byte[] id) {
		return position(partition, id, id.length);
	}

	/**
	 * The position of an entry whose id has the given number of bytes.
	 */
	static KvPosition position(int partition, byte[] id, int length) {
		long millis = 0;
		int index = 0;
		while (id[index] != '-') {
			millis = 10 * millis + id[index] - '0';
			index++;
		}
		long sequence = 0;
		for (index++; index < length; index++) {
			sequence = 10 * sequence + id[index] - '0';
		}
		return new KvPosition(partition, millis, sequence);
	}

	static KvPosition position(int partition, String id) {
		return position(partition, id.getBytes(StandardCharsets.US_ASCII));
	}

	static String id(KvPosition position) {
		return position.millis() + "-" + position.sequence();
	}

}
