package io.github.kvevents.store.redis;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.StoreOutcome;

/**
 * What a script replies for one key.
 *
 * @param previousValue what the key held before, {@code null} if it was absent
 * @param position the place of the change in the log, {@code null} if it has none
 */
record WriteReply(byte @Nullable [] previousValue, @Nullable KvPosition position) {

	/**
	 * Reads a reply: what the key held, or a list of that and the id of the log's entry.
	 */
	static WriteReply of(@Nullable Object reply, int partition) {
		if (!(reply instanceof List<?> parts)) {
			return new WriteReply((byte[]) reply, null);
		}
		byte[] id = (parts.size() > 1) ? (byte[]) parts.get(1) : null;
		return new WriteReply((byte[]) parts.get(0), (id != null) ? LogIds.position(partition, id) : null);
	}

	/**
	 * Reads a reply that is one string: the id of the log's entry, if there is one, and
	 * behind a colon what the key held, unless it was absent.
	 */
	static WriteReply ofText(byte @Nullable [] reply, int partition) {
		Assert.state(reply != null, "A script must be run on a connection that replies at once");
		int colon = 0;
		while (colon < reply.length && reply[colon] != ':') {
			colon++;
		}
		return new WriteReply((colon < reply.length) ? Arrays.copyOfRange(reply, colon + 1, reply.length) : null,
				(colon > 0) ? LogIds.position(partition, reply, colon) : null);
	}

	/**
	 * The outcome of the command that was replied to.
	 */
	StoreOutcome outcome(WriteCommand command) {
		return outcome(command.result(this.previousValue).applied());
	}

	StoreOutcome outcome(boolean applied) {
		return new StoreOutcome(applied, this.previousValue, this.position);
	}

}
