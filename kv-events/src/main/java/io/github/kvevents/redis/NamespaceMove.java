package io.github.kvevents.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.redis.MoveEnd.OwnKey;
import io.github.kvevents.store.Namespace;

/**
 * Copies a namespace to another Redis, to another layout or to another number of
 * partitions: from a single server to Redis Cluster, for example, and back. It copies the
 * keys of the application with their times to live, and what this library keeps for them:
 * deadlines and last values, expiries that are not delivered yet, the change log, the
 * checkpoints and dead letters of listeners, and event logs.
 * <p>
 * All applications of the namespace must be stopped. Until the copy is complete none can
 * start at either end, and afterwards none at the source. A move that failed or was
 * killed is continued by running it again. Needs memory for some pages of a megabyte.
 */
public final class NamespaceMove {

	/** The fact that says that a namespace is being moved. */
	static final String FACT = "move";

	private static final String FROM = "from ";

	private static final String TO = "to ";

	private static final String MOVED = "moved ";

	private final MoveEnd source;

	private final MoveEnd target;

	private final String keyPrefix;

	/**
	 * Creates a move; nothing is sent.
	 * @param sourceFactory connections to the Redis that has the namespace
	 * @param source the namespace there
	 * @param targetFactory connections to the Redis that gets it, possibly the same
	 * @param target the namespace there, with the same name
	 * @param keyPrefix the key prefix at both ends, empty for none: then all keys of the
	 * database are keys of the application
	 */
	public NamespaceMove(RedisConnectionFactory sourceFactory, Namespace source, RedisConnectionFactory targetFactory,
			Namespace target, String keyPrefix) {
		Assert.notNull(sourceFactory, "'sourceFactory' must not be null");
		Assert.notNull(source, "'source' must not be null");
		Assert.notNull(targetFactory, "'targetFactory' must not be null");
		Assert.notNull(target, "'target' must not be null");
		Assert.isTrue(source.name().equals(target.name()),
				() -> "'source' and 'target' must have the same name, but are '%s' and '%s'".formatted(source.name(),
						target.name()));
		this.source = new MoveEnd(sourceFactory, source, keyPrefix);
		this.target = new MoveEnd(targetFactory, target, keyPrefix);
		this.keyPrefix = keyPrefix;
	}

	/**
	 * Reads everything that a move would copy, and writes nothing. Applications may run.
	 * @return what there is
	 * @throws InvalidDataAccessResourceUsageException if the source has another layout,
	 * number of partitions or key prefix
	 */
	public Report dryRun() {
		requireAgreed(this.source.hash(meta()));
		return new NamespaceCopy(this.source, this.target, true).run();
	}

	/**
	 * Copies the namespace, or continues a copy that was not completed.
	 * @return what was copied
	 * @throws InvalidDataAccessResourceUsageException if the source is not as
	 * {@link #dryRun()} needs it or is moved already, if an instance uses one of the two
	 * namespaces, or if the target has data that is not from an earlier run of this move
	 */
	public Report run() {
		Map<String, String> facts = this.source.hash(meta());
		requireAgreed(facts);
		requireUnused(this.source, "source");
		String mark = facts.getOrDefault(FACT, "");
		boolean begun = mark.startsWith(FROM) || mark.startsWith(MOVED);
		String token = begun ? mark.substring(mark.indexOf(' ') + 1) : UUID.randomUUID().toString();
		if (!begun) {
			this.source.putAll(meta(), Map.of(FACT, FROM + token));
		}
		boolean sameRedis;
		try {
			sameRedis = prepareTarget(token, mark);
		}
		catch (InvalidDataAccessResourceUsageException ex) {
			if (!begun) {
				unmark(this.source);
			}
			throw ex;
		}
		Report report = new NamespaceCopy(this.source, this.target, false).run();
		complete(facts, token, sameRedis);
		return report;
	}

	private void requireAgreed(Map<String, String> facts) {
		if (facts.getOrDefault(FACT, "").startsWith(TO)) {
			throw refused("The source is the target of a move that is not complete: run that one again first");
		}
		agreed(this.source).forEach((fact, given) -> {
			String actual = facts.getOrDefault(fact, given);
			if (!actual.equals(given)) {
				throw refused(
						"The %s of the source is '%s', but this move was given '%s'".formatted(fact, actual, given));
			}
		});
	}

	private Map<String, String> agreed(MoveEnd end) {
		return NamespaceCheck.agreed(end.namespace(), this.keyPrefix);
	}

	private void requireUnused(MoveEnd end, String which) {
		String key = end.findInUse();
		if (key != null) {
			throw refused(
					"The %s is in use, as '%s' says: stop all its instances; where one was killed, wait until its "
						.formatted(which, KeyText.printable(key)) + "lease has ended. Nothing was copied");
		}
	}

	/**
	 * Refuses a target with other data, deletes what an earlier run copied there for this
	 * library, and marks the target.
	 * @param mark how the source was marked before
	 * @return whether the target is in the Redis of the source
	 */
	private boolean prepareTarget(String token, String mark) {
		Map<String, String> facts = this.target.hash(meta());
		String targetMark = facts.getOrDefault(FACT, "");
		boolean sameRedis = targetMark.equals(FROM + token);
		boolean earlier = targetMark.equals(TO + token);
		if (mark.startsWith(MOVED) && !earlier) {
			throw refused(
					"It was moved already. To move it once more, remove the target's data and run 'HDEL %s %s' at the source"
						.formatted(meta(), FACT));
		}
		if (sameRedis && this.source.namespace().isTagged() == this.target.namespace().isTagged()) {
			throw refused("Source and target are in the same Redis and have the same layout");
		}
		requireUnused(this.target, "target");
		if (!earlier && !(sameRedis && !mark.isEmpty())) {
			requireEmpty(facts, sameRedis);
		}
		this.target.deleteOwnKeys();
		if (!sameRedis) {
			this.target.putAll(meta(), Map.of(FACT, TO + token));
		}
		return sameRedis;
	}

	private void requireEmpty(Map<String, String> facts, boolean sameRedis) {
		if (!sameRedis && !facts.isEmpty()) {
			throw occupied(meta());
		}
		for (OwnKey key : this.target.ownKeys()) {
			if (!sameRedis || key.partition() != null) {
				throw occupied(key.name());
			}
		}
		this.source.forEachPage((page) -> {
			byte[][] copies = page.stream()
				.map((name) -> KeyCopy.map(this.source, this.target, name))
				.filter(Objects::nonNull)
				.toArray(byte[][]::new);
			String existing = (copies.length > 0) ? this.target.findExisting(copies) : null;
			if (existing != null) {
				throw occupied(existing);
			}
		});
	}

	private InvalidDataAccessResourceUsageException occupied(String key) {
		return refused(
				"The target has data that is not from an earlier run of this move, for example '%s': remove it (see docs/production.md) or use another Redis. Nothing was copied"
					.formatted(KeyText.printable(key)));
	}

	private InvalidDataAccessResourceUsageException refused(String reason) {
		return new InvalidDataAccessResourceUsageException(
				"Namespace '%s' can't be moved. %s".formatted(this.source.namespace().name(), reason));
	}

	/**
	 * The target becomes usable last, so that an application starts on a complete copy
	 * only.
	 */
	private void complete(Map<String, String> facts, String token, boolean sameRedis) {
		Map<String, String> moved = new LinkedHashMap<>(facts);
		moved.remove(FACT);
		moved.putAll(agreed(this.target));
		if (!sameRedis) {
			this.source.putAll(meta(), Map.of(FACT, MOVED + token));
		}
		this.target.putAll(meta(), moved);
		unmark(this.target);
	}

	private void unmark(MoveEnd end) {
		end.connections()
			.run((connection) -> connection.hashCommands().hDel(MoveEnd.bytes(meta()), MoveEnd.bytes(FACT)));
	}

	private String meta() {
		return this.source.namespace().meta();
	}

	/**
	 * Why an application can't use a namespace that is moved.
	 * @param namespace the namespace
	 * @param mark the value of {@link #FACT}
	 */
	static String describe(Namespace namespace, String mark) {
		String name = namespace.name();
		String release = "or, to use this copy as it is, release it with 'HDEL %s %s'".formatted(namespace.meta(),
				FACT);
		if (mark.startsWith(MOVED)) {
			return "Namespace '%s' was moved to another Redis: connect to that one, ".formatted(name) + release;
		}
		return mark.startsWith(FROM)
				? "Namespace '%s' is being moved from here: run the move to its end, ".formatted(name) + release
				: "The move of namespace '%s' to here is not complete: run it again".formatted(name);
	}

	/**
	 * How much there is of each kind.
	 *
	 * @param keys keys of the application
	 * @param deadlines tracked keys
	 * @param expiries expiries that are not delivered yet
	 * @param changes entries of the change log
	 * @param checkpoints checkpoints of listeners at the source, one for each partition
	 * @param deadLetters dead letters of listeners
	 * @param eventLogEntries entries of event logs
	 * @param skipped entries of other clients, or with another key prefix, which were not
	 * copied
	 */
	public record Report(long keys, long deadlines, long expiries, long changes, long checkpoints, long deadLetters,
			long eventLogEntries, long skipped) {
	}

}
