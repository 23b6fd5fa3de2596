package io.github.kvevents.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * The dead letters of one listener. The id of a letter is its partition and its id there.
 */
final class DeadLetters implements KvDeadLetters {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	/**
	 * For how long nobody else sends a letter that an instance took and never finished.
	 */
	private static final Duration CLAIM_DEAD_LETTER = Duration.ofMinutes(5);

	/** Enough to make the round trip cheap, few enough to hold the store up briefly. */
	private static final int DISCARDED_AT_ONCE = 1000;

	private final String listener;

	private final String instance;

	private final int partitions;

	private final ListenerStore store;

	private final DeliveryPolicy policy;

	DeadLetters(String listener, String instance, int partitions, ListenerStore store, DeliveryPolicy policy) {
		this.listener = listener;
		this.instance = instance;
		this.partitions = partitions;
		this.store = store;
		this.policy = policy;
	}

	@Override
	public long count() {
		long count = 0;
		for (int partition = 0; partition < this.partitions; partition++) {
			count += this.store.status(partition, this.listener).deadLetters();
		}
		return count;
	}

	@Override
	public List<KvDeadLetter> list(int limit) {
		return list(new LetterId(0, null), limit);
	}

	@Override
	public List<KvDeadLetter> listAfter(String id, int limit) {
		return list(letterId(id), limit);
	}

	private List<KvDeadLetter> list(LetterId after, int limit) {
		requirePositive(limit);
		List<KvDeadLetter> letters = new ArrayList<>();
		String from = after.id();
		for (int partition = after.partition(); partition < this.partitions && letters.size() < limit; partition++) {
			for (StoredLetter letter : this.store.letters(partition, this.listener, from, limit - letters.size())) {
				letters.add(letter(partition, letter));
			}
			from = null;
		}
		return letters;
	}

	private KvDeadLetter letter(int partition, StoredLetter letter) {
		Failure failure = letter.failure();
		return new KvDeadLetter(partition + ":" + letter.id(), this.policy.event(letter.change()),
				letter.change().position(), failure.attempts(), failure.error(), failure.message(),
				Instant.ofEpochMilli(letter.failedAtMillis()));
	}

	@Override
	public boolean redrive(String id) {
		LetterId letterId = letterId(id);
		StoredLetter letter = (letterId.partition() < this.partitions) ? this.store.claim(letterId.partition(),
				this.listener, letterId.existing(), this.instance, CLAIM_DEAD_LETTER) : null;
		if (letter == null) {
			return false;
		}
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			Failure failure = send(letter);
			this.store.complete(letterId.partition(), this.listener, letter, this.instance, failure);
			return failure == null;
		}
		finally {
			interrupts.close();
		}
	}

	private @Nullable Failure send(StoredLetter letter) {
		try {
			this.policy.chooseAndHandle(letter.change());
			return null;
		}
		catch (Throwable ex) {
			logger.warn("Listener '" + this.listener + "' failed again for the dead letter at "
					+ letter.change().position() + ": " + ex.getClass().getName());
			logger.debug("What listener '" + this.listener + "' threw", ex);
			DeferredInterrupt.hold(ex);
			return Failure.of(letter.failure().attempts() + 1, ex);
		}
		finally {
			// otherwise what became of the letter could not be written down
			DeferredInterrupt.hold();
		}
	}

	@Override
	public int redriveAll(int limit) {
		requirePositive(limit);
		int handled = 0;
		for (String id : ids(limit)) {
			if (Thread.currentThread().isInterrupted()) {
				break;
			}
			handled += redrive(id) ? 1 : 0;
		}
		return handled;
	}

	private List<String> ids(int limit) {
		List<String> ids = new ArrayList<>();
		for (int partition = 0; partition < this.partitions && ids.size() < limit; partition++) {
			for (String id : this.store.letterIds(partition, this.listener, limit - ids.size())) {
				ids.add(partition + ":" + id);
			}
		}
		return ids;
	}

	@Override
	public int discardAll(int limit) {
		requirePositive(limit);
		int discarded = 0;
		for (int partition = 0; partition < this.partitions; partition++) {
			List<String> ids;
			do {
				int most = Math.min(limit - discarded, DISCARDED_AT_ONCE);
				ids = (most > 0) ? this.store.letterIds(partition, this.listener, most) : List.of();
				discarded += ids.isEmpty() ? 0 : (int) this.store.discardAll(partition, this.listener, ids);
			}
			while (ids.size() == DISCARDED_AT_ONCE);
		}
		return discarded;
	}

	private static void requirePositive(int limit) {
		Assert.isTrue(limit > 0, () -> "'limit' must be positive but was " + limit);
	}

	@Override
	public boolean discard(String id) {
		LetterId letterId = letterId(id);
		return letterId.partition() < this.partitions
				&& this.store.discard(letterId.partition(), this.listener, letterId.existing());
	}

	private static LetterId letterId(String id) {
		Assert.hasText(id, () -> "'id' must not be empty but was '" + id + "'");
		int colon = id.indexOf(':');
		Assert.isTrue(colon > 0 && id.matches("[0-9]{1,5}:[0-9]+(-[0-9]+)?") && isInRange(id.substring(colon + 1)),
				() -> "'id' must be that of a dead letter, like '0:1700000000000-0', but was '" + KeyText.printable(id)
						+ "'");
		return new LetterId(Integer.parseInt(id.substring(0, colon)), id.substring(colon + 1));
	}

	/**
	 * Redis refuses numbers beyond 64 bits, which would look as if it didn't work.
	 */
	private static boolean isInRange(String entry) {
		try {
			for (String number : entry.split("-")) {
				Long.parseUnsignedLong(number);
			}
			return true;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	/**
	 * Where a letter is, which may be in a partition that there isn't.
	 *
	 * @param id its id in the partition, {@code null} in front of the first
	 */
	private record LetterId(int partition, @Nullable String id) {

		String existing() {
			return Objects.requireNonNull(this.id);
		}

	}

}
