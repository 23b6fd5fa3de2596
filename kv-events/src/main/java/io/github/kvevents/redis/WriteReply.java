package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ExpiryTracking.EndedLifetime;
import io.github.kvevents.store.KvStore.StoreOutcome;

/**
 * The reply of a script for one key.
 *
 * @param previousValue the previous value, {@code null} if the key was absent
 * @param position the position of the change in the log, {@code null} if it has none
 * @param ended the expiry that the write detected, if this instance delivers it
 */
record WriteReply(byte @Nullable [] previousValue, @Nullable KvPosition position, @Nullable EndedLifetime ended) {

	WriteReply(byte @Nullable [] previousValue, @Nullable KvPosition position) {
		this(previousValue, position, null);
	}

	private static final byte LINE_FEED = '\n';

	/**
	 * Reads a reply: the previous value, or a list of it, the id of the log entry, and
	 * the detected expiry.
	 */
	static WriteReply of(@Nullable Object reply, int partition) {
		if (!(reply instanceof List<?> parts)) {
			return new WriteReply((byte[]) reply, null);
		}
		byte[] id = (parts.size() > 1) ? (byte[]) parts.get(1) : null;
		List<?> ended = (parts.size() > 2) ? (List<?>) parts.get(2) : null;
		return new WriteReply((byte[]) parts.get(0), (id != null) ? LogCodec.position(partition, id) : null,
				(ended != null) ? ended(ended, partition) : null);
	}

	private static EndedLifetime ended(List<?> parts, int partition) {
		byte[] logId = (parts.size() > 4) ? (byte[]) parts.get(4) : null;
		return new EndedLifetime(text(parts.get(0)), Long.parseLong(text(parts.get(1))),
				Long.parseLong(text(parts.get(2))), (byte[]) parts.get(3),
				(logId != null) ? LogCodec.position(partition, logId) : null,
				KvHeaders.decode((parts.size() > 5) ? (byte[]) parts.get(5) : null));
	}

	private static String text(@Nullable Object bytes) {
		return new String((byte[]) Objects.requireNonNull(bytes), StandardCharsets.US_ASCII);
	}

	/**
	 * Reads a reply that is one string: the id of the log entry, if there is one, then,
	 * unless the key was absent, a colon and the previous value.
	 */
	static WriteReply ofText(byte @Nullable [] reply, int partition) {
		Assert.state(reply != null, "A script must be run on a connection that replies at once");
		int colon = 0;
		while (colon < reply.length && reply[colon] != ':' && reply[colon] != LINE_FEED) {
			colon++;
		}
		if (colon < reply.length && reply[colon] == LINE_FEED) {
			return ofEnded(reply, colon, partition);
		}
		return new WriteReply((colon < reply.length) ? Arrays.copyOfRange(reply, colon + 1, reply.length) : null,
				(colon > 0) ? LogCodec.position(partition, reply, colon) : null);
	}

	/**
	 * Reads a reply for a key with a detected expiry: six parts follow the id of the log
	 * entry.
	 */
	private static WriteReply ofEnded(byte[] reply, int end, int partition) {
		List<byte[]> parts = new ArrayList<>();
		int start = end + 1;
		while (parts.size() < 5) {
			int next = start;
			while (reply[next] != LINE_FEED) {
				next++;
			}
			parts.add(Arrays.copyOfRange(reply, start, next));
			start = next + 1;
		}
		byte[] value = (start < reply.length) ? Arrays.copyOfRange(reply, start + 1, reply.length) : null;
		byte[] logId = parts.get(3);
		return new WriteReply(null, (end > 0) ? LogCodec.position(partition, reply, end) : null, new EndedLifetime(
				text(parts.get(0)), Long.parseLong(text(parts.get(1))), Long.parseLong(text(parts.get(2))), value,
				(logId.length > 0) ? LogCodec.position(partition, logId) : null, KvHeaders.decode(parts.get(4))));
	}

	/**
	 * The outcome of a command with this reply.
	 */
	StoreOutcome outcome(WriteCommand command) {
		return outcome(command.result(this.previousValue).applied());
	}

	StoreOutcome outcome(boolean applied) {
		return new StoreOutcome(applied, this.previousValue, this.position);
	}

}
