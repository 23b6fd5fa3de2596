package io.github.kvevents.redis.doctor;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.doctor.DoctorCheck;
import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.RedisLink;

/**
 * The settings of the connections: which servers reads use, the pool, and timeouts.
 * Nothing is sent.
 */
public final class ConnectionsCheck implements DoctorCheck {

	private static final String REPLICA_READS = "replica-reads";

	private static final String POOL = "pool";

	private static final String TIMEOUTS = "timeouts";

	private static final Duration LONGEST = Duration.ofSeconds(10);

	private static final Duration SHORTEST = Duration.ofMillis(100);

	private final RedisLink link;

	private final ConnectionSettings settings;

	private final int waiting;

	/**
	 * Creates a check.
	 * @param link the connections
	 * @param waiting how many connections wait in blocking commands at most
	 */
	public ConnectionsCheck(RedisLink link, int waiting) {
		this.link = link;
		this.settings = ConnectionSettings.of(link.connectionFactory());
		this.waiting = waiting;
	}

	@Override
	public List<String> ids() {
		return List.of(REPLICA_READS, POOL, TIMEOUTS);
	}

	@Override
	public List<DoctorFinding> examine() {
		return List.of(replicaReads(), pool(), timeouts());
	}

	private DoctorFinding replicaReads() {
		if (this.settings.readsFromReplicas()) {
			return DoctorFinding.warning(REPLICA_READS,
					"'spring.data.redis.lettuce.read-from' permits replicas: 'get' may return an older value than was written",
					"Set it to 'upstream', unless the application can work with older values");
		}
		if (this.settings.isSentinel() && !this.settings.hasReadPreference()) {
			return DoctorFinding.warning(REPLICA_READS,
					"'spring.data.redis.lettuce.read-from' isn't set: after a fail-over of the Sentinels your own templates may stay on the old primary for seconds",
					"Set it to 'upstream'");
		}
		return DoctorFinding.ok(REPLICA_READS, "Reads use the primary");
	}

	/**
	 * Each blocking command occupies a connection. Two more serve all other commands, and
	 * one is left for the application.
	 * @return the finding about the pool
	 */
	public DoctorFinding pool() {
		Integer size = this.settings.poolSize();
		if (size == null || !this.link.isPooled()) {
			return DoctorFinding.ok(POOL, "kv-events takes no connection out of a pool");
		}
		int needed = this.waiting + 3;
		if (size >= needed) {
			return DoctorFinding.ok(POOL, "It has %d connections, and kv-events needs %d".formatted(size, needed));
		}
		return DoctorFinding.warning(POOL,
				"kv-events needs %d connections at the same time, but the application's pool has %d".formatted(needed,
						size),
				"Set 'spring.data.redis.jedis.pool.max-active' (with Lettuce 'spring.data.redis.lettuce.pool.max-active') to at least %d, or events come late or never"
					.formatted(needed));
	}

	private DoctorFinding timeouts() {
		Duration command = this.settings.commandTimeout();
		Duration connect = this.settings.connectTimeout();
		String found = "A command is waited for %s, a connection %s".formatted(text(command), text(connect));
		if (isLonger(command) || isLonger(connect)) {
			return DoctorFinding.warning(TIMEOUTS, found + ", if the server doesn't answer",
					"Set 'spring.data.redis.timeout' and 'spring.data.redis.connect-timeout' to what a caller may wait, such as 2s");
		}
		if (command != null && command.compareTo(SHORTEST) < 0) {
			return DoctorFinding.warning(TIMEOUTS, found + ": a server that is busy for a moment counts as away",
					"Set 'spring.data.redis.timeout' to a second or more");
		}
		return DoctorFinding.ok(TIMEOUTS, found);
	}

	private static boolean isLonger(@Nullable Duration timeout) {
		return timeout != null && timeout.compareTo(LONGEST) > 0;
	}

	private static String text(@Nullable Duration timeout) {
		return (timeout != null) ? timeout.toMillis() + " ms" : "as long as the driver wants";
	}

}
