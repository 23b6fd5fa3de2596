package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.store.Namespace;

/**
 * Checks whether a namespace in Redis fits this instance: the partitions, the layout and
 * the key prefix that all instances must agree on, the application that uses it, and the
 * types of its keys. A namespace that passed is not checked again. Used by many threads
 * at once.
 */
public final class NamespaceCheck {

	private static final Log logger = LogFactory.getLog(NamespaceCheck.class);

	private static final RedisScript CLAIM = RedisScript.load(NamespaceCheck.class, "claim-namespace.lua");

	/** The fact which application uses the namespace. */
	public static final String APPLICATION = "application";

	/** That the namespace is that of all applications without a name. */
	public static final String DEFAULT = "default";

	/** The fact how many partitions there are. */
	public static final String PARTITIONS = "partitions";

	private static final String MAIN_CLASS = "main-class";

	private static final String ON_PURPOSE = "on-purpose";

	private static final String DELETE = "stop all applications of the namespace and remove its data with "
			+ "'redis-cli --eval remove-namespace.lua , %s remove' (see docs/production.md), which loses its tracked deadlines, "
			+ "the expiries that are not delivered yet, the change log, the event logs, and the checkpoints and dead "
			+ "letters of listeners";

	private final Namespace namespace;

	private final String keyPrefix;

	private final @Nullable NamespaceUser user;

	private volatile boolean passed;

	/** Several threads check at once when a server answers that was away. */
	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Creates a check that allows any application.
	 * @param namespace the namespace
	 * @param names maps keys to their names in Redis
	 */
	public NamespaceCheck(Namespace namespace, KeyNames names) {
		this(namespace, names, null);
	}

	/**
	 * Creates a check.
	 * @param namespace the namespace
	 * @param names maps keys to their names in Redis
	 * @param user the application that uses the namespace, {@code null} to allow any
	 */
	public NamespaceCheck(Namespace namespace, KeyNames names, @Nullable NamespaceUser user) {
		Assert.notNull(namespace, "'namespace' must not be null");
		Assert.notNull(names, "'names' must not be null");
		this.namespace = namespace;
		this.keyPrefix = names.prefix();
		this.user = user;
	}

	/**
	 * Checks the namespace, unless it passed before. Missing facts are written.
	 * @param connection the connection to use
	 * @throws InvalidDataAccessResourceUsageException if the namespace has other
	 * settings, is used by another application, or one of its keys has the wrong type
	 */
	public void check(RedisConnection connection) {
		if (!this.passed) {
			checkAgain(connection);
		}
	}

	/**
	 * Checks the namespace, unless it passed before.
	 * @param connectionFactory where to get a connection if it did not
	 * @throws InvalidDataAccessResourceUsageException as above
	 */
	public void check(RedisConnectionFactory connectionFactory) {
		if (!this.passed) {
			RedisConnections.of(connectionFactory).run(this::check);
		}
	}

	/**
	 * Checks the namespace even if it passed before: the server may have lost its data.
	 * The application is checked only until the first success.
	 * @param connection the connection to use
	 * @throws InvalidDataAccessResourceUsageException as {@link #check} does
	 */
	public void checkAgain(RedisConnection connection) {
		Map<String, String> facts = claim(connection);
		differences(facts).values().stream().findFirst().ifPresent((difference) -> {
			throw new InvalidDataAccessResourceUsageException(difference);
		});
		if (!this.passed && this.user != null) {
			checkUser(connection, this.user, facts);
			if (this.user.isDefault() && this.warned.compareAndSet(false, true)) {
				logger.warn(describeDefault());
			}
		}
		checkPartitions(connection, List.of());
		this.passed = true;
	}

	/**
	 * Compares this instance with the facts of the namespace, and writes nothing.
	 * @param connection the connection to use
	 * @return what differs, each with what to do after a colon, by the name of the fact
	 */
	public Map<String, String> compare(RedisConnection connection) {
		Map<String, String> facts = read(connection);
		Map<String, String> differences = differences(facts);
		NamespaceUser user = this.user;
		if (user != null && user.isDefault()) {
			differences.put(DEFAULT, describeDefault());
		}
		if (user != null && user.clashesWith(first(user, facts))) {
			differences.put(APPLICATION, describeClash(first(user, facts), user));
		}
		return differences;
	}

	/**
	 * Checks the types of the keys of this namespace.
	 * @param connection the connection to use
	 * @param listeners the ids of the durable listeners whose keys to check
	 * @throws InvalidDataAccessResourceUsageException if one has another type
	 */
	public void checkTypes(RedisConnection connection, Collection<String> listeners) {
		OwnKeys.check(connection, List.of(bytes(this.namespace.meta())));
		checkPartitions(connection, listeners);
	}

	private void checkPartitions(RedisConnection connection, Collection<String> listeners) {
		for (int partition = 0; partition < this.namespace.partitions(); partition++) {
			OwnKeys.check(connection, OwnKeys.ofPartition(this.namespace, partition, listeners));
		}
	}

	private Map<String, String> read(RedisConnection connection) {
		byte[] meta = bytes(this.namespace.meta());
		Map<byte[], byte[]> fields = OwnKeys.naming(connection, List.of(meta),
				() -> connection.hashCommands().hGetAll(meta));
		Map<String, String> facts = new HashMap<>();
		if (fields != null) {
			fields.forEach((field, value) -> facts.put(text(field), text(value)));
		}
		return facts;
	}

	private Map<String, String> claim(RedisConnection connection) {
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(ScriptArguments.flag(!this.passed));
		agreed().forEach((field, value) -> arguments.addAll(List.of(bytes(field), bytes(value))));
		if (this.user != null) {
			fields(this.user).forEach((field, value) -> arguments.addAll(List.of(bytes(field), bytes(value))));
		}
		List<?> reply = CLAIM.list(connection, List.of(bytes(this.namespace.meta())), arguments);
		Map<String, String> facts = new HashMap<>();
		for (int index = 0; index < reply.size(); index += 2) {
			facts.put(text(reply.get(index)), text(reply.get(index + 1)));
		}
		return facts;
	}

	private Map<String, String> agreed() {
		return agreed(this.namespace, this.keyPrefix);
	}

	/**
	 * What all instances must agree on.
	 */
	static Map<String, String> agreed(Namespace namespace, String keyPrefix) {
		Map<String, String> agreed = new LinkedHashMap<>();
		agreed.put(PARTITIONS, String.valueOf(namespace.partitions()));
		agreed.put("layout", namespace.isTagged() ? "tagged" : "plain");
		agreed.put("key-prefix", keyPrefix);
		return agreed;
	}

	private static Map<String, String> fields(NamespaceUser user) {
		return Map.of(APPLICATION, user.application(), MAIN_CLASS, user.mainClass(), ON_PURPOSE,
				String.valueOf(user.onPurpose()));
	}

	private Map<String, String> differences(Map<String, String> facts) {
		Map<String, String> differences = new LinkedHashMap<>();
		String move = facts.get(NamespaceMove.FACT);
		if (move != null) {
			differences.put(NamespaceMove.FACT, NamespaceMove.describe(this.namespace, move));
		}
		agreed().forEach((field, configured) -> {
			String actual = facts.getOrDefault(field, configured);
			if (!actual.equals(configured)) {
				differences.put(field, difference(field, KeyText.printable(actual), configured));
			}
		});
		return differences;
	}

	private String difference(String field, String actual, String configured) {
		String name = this.namespace.name();
		String other = ", or use another 'kv.events.namespace', or " + DELETE.formatted(name);
		return switch (field) {
			case PARTITIONS -> "Namespace '%s' is kept in %s partitions, but 'kv.events.partitions' is %s: set it to %s"
				.formatted(name, actual, configured, actual) + other;
			case "key-prefix" -> "Namespace '%s' is used with the key prefix '%s', but 'kv.events.key-prefix' is '%s': "
				.formatted(name, actual, configured) + "set it to '%s'".formatted(actual) + other;
			default -> "Namespace '%s' has the %s '%s', but this application needs '%s': move it with NamespaceMove "
				.formatted(name, field, actual, configured) + "(see docs/cluster.md)" + other;
		};
	}

	private String describeDefault() {
		return ("This application has no name and uses the namespace '%s', as all others without a name do that "
				+ "use the same Redis: set 'spring.application.name' or 'kv.events.namespace'")
			.formatted(this.namespace.name());
	}

	/**
	 * Facts that this application wrote itself are updated: whether the namespace was
	 * configured, and the main class once it is known.
	 */
	private void checkUser(RedisConnection connection, NamespaceUser user, Map<String, String> facts) {
		NamespaceUser first = first(user, facts);
		if (user.clashesWith(first)) {
			throw new InvalidDataAccessResourceUsageException(describeClash(first, user));
		}
		if (first.isSameAs(user)) {
			String mainClass = user.mainClass().isEmpty() ? first.mainClass() : user.mainClass();
			NamespaceUser now = new NamespaceUser(user.application(), mainClass, user.onPurpose());
			if (!now.equals(first)) {
				fields(now).forEach((field, value) -> connection.hashCommands()
					.hSet(bytes(this.namespace.meta()), bytes(field), bytes(value)));
			}
		}
	}

	private static NamespaceUser first(NamespaceUser user, Map<String, String> facts) {
		return new NamespaceUser(facts.getOrDefault(APPLICATION, user.application()),
				facts.getOrDefault(MAIN_CLASS, ""), Boolean.parseBoolean(facts.get(ON_PURPOSE)));
	}

	private String describeClash(NamespaceUser first, NamespaceUser user) {
		return ("Namespace '%s' is used by %s, and this is %s: set 'kv.events.namespace' of this application to a "
				+ "name of its own; or, if both are to share their keys and their expiries, set it to '%1$s' "
				+ "in both, and start the other one with it first; or, if this one takes the other's place, "
				+ "release the namespace with 'HDEL %s %s %s %s' in redis-cli")
			.formatted(this.namespace.name(), first.describe(), user.describe(), this.namespace.meta(), APPLICATION,
					MAIN_CLASS, ON_PURPOSE);
	}

	private static String text(@Nullable Object bytes) {
		return (bytes != null) ? new String((byte[]) bytes, StandardCharsets.UTF_8) : "";
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
