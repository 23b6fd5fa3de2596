package io.github.kvevents.redis.doctor;

import java.util.Locale;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.redis.notification.KeyspaceFlags;

/**
 * What is looked at on each server.
 */
enum ServerCheck {

	/**
	 * Its version and role.
	 */
	SERVER,

	/**
	 * Whether it refuses CONFIG.
	 */
	CONFIG,

	/**
	 * Whether it publishes expiries.
	 */
	NOTIFICATIONS,

	/**
	 * Whether it may evict what kv-events keeps.
	 */
	EVICTION_POLICY,

	/**
	 * What a crash loses.
	 */
	PERSISTENCE,

	/**
	 * Whether a primary without replicas accepts writes.
	 */
	MIN_REPLICAS,

	/**
	 * Whether it has the same time as the application.
	 */
	CLOCK,

	/**
	 * Whether it closes connections of instances that vanished.
	 */
	TCP_KEEPALIVE;

	private static final String NOTHING_KEPT = "Nothing is tracked or logged, so kv-events keeps nothing there";

	private static final long CLOCK_MILLIS = 1000;

	String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Looks at the facts of a server; what it refuses to say is unknown.
	 */
	DoctorFinding look(ServerFacts facts, ServerUse use) {
		try {
			return switch (this) {
				case SERVER -> server(facts);
				case CONFIG -> config(facts, use);
				case NOTIFICATIONS -> notifications(facts, use);
				case EVICTION_POLICY -> eviction(facts, use);
				case PERSISTENCE -> persistence(facts, use);
				case MIN_REPLICAS -> minReplicas(facts, use);
				case CLOCK -> clock(facts);
				case TCP_KEEPALIVE -> keepAlive(facts);
			};
		}
		catch (RuntimeException ex) {
			return DoctorFinding.unknown(id(), ex);
		}
	}

	/**
	 * The finding for a server that doesn't answer.
	 */
	DoctorFinding failed(Throwable failure) {
		DoctorFinding unknown = DoctorFinding.unknown(id(), failure);
		return (this != SERVER) ? unknown : new DoctorFinding(id(), Status.PROBLEM, unknown.found(), unknown.fix());
	}

	private static DoctorFinding server(ServerFacts facts) {
		String valkey = facts.info("valkey_version");
		String version = valkey.isEmpty() ? "Redis " + facts.info("redis_version") : "Valkey " + valkey;
		if (facts.info("role").equals("slave")) {
			return DoctorFinding.problem(SERVER.id(), version + ", a replica: it refuses writes",
					"Connect to the primary, or promote this server with 'REPLICAOF NO ONE'");
		}
		return DoctorFinding.ok(SERVER.id(), version + ", a primary");
	}

	private static DoctorFinding config(ServerFacts facts, ServerUse use) {
		DataAccessException refused = facts.configRefused();
		if (refused != null) {
			return DoctorFinding.unknown(CONFIG.id(), refused);
		}
		NotificationStatus status = use.notifications().get();
		if (status.configRefused() && status.mode() == NotificationMode.CONFIGURE) {
			return DoctorFinding.warning(CONFIG.id(),
					"CONFIG SET is refused, so 'kv.events.expiry.notifications.mode=configure' has no effect",
					"Grant the user '+config|set', or set '" + KeyspaceFlags.SETTING
							+ "' in the server's configuration");
		}
		return DoctorFinding.ok(CONFIG.id(), "CONFIG GET is permitted");
	}

	private static DoctorFinding notifications(ServerFacts facts, ServerUse use) {
		NotificationStatus status = use.notifications().get();
		if (status.state() == NotificationStatus.State.OFF || status.state() == NotificationStatus.State.IDLE) {
			return DoctorFinding.notApplicable(NOTIFICATIONS.id(), (status.state() == NotificationStatus.State.OFF)
					? "Notifications are off" : "Nothing in this instance receives expiries");
		}
		KeyspaceFlags flags = new KeyspaceFlags(facts.config(KeyspaceFlags.SETTING));
		if (!flags.missing().isEmpty()) {
			return DoctorFinding.warning(NOTIFICATIONS.id(), flags.describe(), flags.fix()
					+ "; or set 'kv.events.expiry.notifications.mode' to 'configure', or to 'off' if no other client gives keys a time to live");
		}
		String found = "%s is \"%s\"".formatted(KeyspaceFlags.SETTING, flags.value());
		if (status.state() == NotificationStatus.State.CONNECTING) {
			return DoctorFinding.warning(NOTIFICATIONS.id(),
					found + ", but the subscription failed"
							+ ((status.lastError() != null) ? " with " + status.lastError() : ""),
					"See the log; a user of Redis needs the channel, such as '&__keyevent@0__:expired'");
		}
		return DoctorFinding.ok(NOTIFICATIONS.id(), found);
	}

	private static DoctorFinding eviction(ServerFacts facts, ServerUse use) {
		if (!use.keeps().getAsBoolean()) {
			return DoctorFinding.notApplicable(EVICTION_POLICY.id(), NOTHING_KEPT);
		}
		String policy = facts.info("maxmemory_policy");
		long limit = facts.number("maxmemory");
		long evicted = facts.number("evicted_keys");
		String found = "'maxmemory-policy' is '%s' and %s".formatted(policy,
				(limit > 0) ? "'maxmemory' %d bytes".formatted(limit) : "'maxmemory' isn't set");
		if (TrackingStatus.mayEvictIndex(policy)) {
			return new DoctorFinding(EVICTION_POLICY.id(), (limit > 0) ? Status.PROBLEM : Status.WARNING,
					found + ": when memory is short the deadline index and the change log may be removed (%d keys were)"
						.formatted(evicted),
					"'CONFIG SET maxmemory-policy noeviction', or one of the 'volatile-' policies");
		}
		if (evicted > 0) {
			return DoctorFinding.warning(EVICTION_POLICY.id(),
					found + ": %d keys with a time to live were removed before it had passed".formatted(evicted),
					"Raise 'maxmemory', or 'CONFIG SET maxmemory-policy noeviction'");
		}
		return DoctorFinding.ok(EVICTION_POLICY.id(), found);
	}

	private static DoctorFinding persistence(ServerFacts facts, ServerUse use) {
		String id = PERSISTENCE.id();
		if (!use.keeps().getAsBoolean()) {
			return DoctorFinding.notApplicable(id, NOTHING_KEPT);
		}
		if (facts.info("aof_enabled").equals("1")) {
			return appendOnly(facts);
		}
		if (facts.info("rdb_last_bgsave_status").equals("err")) {
			return DoctorFinding.problem(id, "The last snapshot failed, and Redis may refuse writes (MISCONF)",
					"Let it save again; its log says what keeps it from that");
		}
		String append = "'CONFIG SET appendonly yes', and 'appendonly yes' in redis.conf";
		String save = facts.config("save");
		if (save.isEmpty()) {
			return DoctorFinding.warning(id,
					"There is neither an append-only file nor a snapshot: a restart loses keys, deadlines, the change log and checkpoints",
					append);
		}
		return DoctorFinding.warning(id,
				"There are only snapshots ('save' is '%s'): a crash loses what came after the last one".formatted(save),
				append);
	}

	private static DoctorFinding appendOnly(ServerFacts facts) {
		String id = PERSISTENCE.id();
		if (facts.info("aof_last_write_status").equals("err")) {
			return DoctorFinding.problem(id, "The last write to the append-only file failed, and Redis refuses writes",
					"See the server's log and the room on its disk");
		}
		String sync = facts.config("appendfsync");
		String found = "There is an append-only file, 'appendfsync' is '%s'".formatted(sync);
		return sync.equals("no") ? DoctorFinding.warning(id, found + ": a crash of the machine may lose half a minute",
				"'CONFIG SET appendfsync everysec'") : DoctorFinding.ok(id, found);
	}

	private static DoctorFinding minReplicas(ServerFacts facts, ServerUse use) {
		String id = MIN_REPLICAS.id();
		long replicas = facts.number("connected_slaves");
		String good = facts.info("min_slaves_good_slaves");
		if (replicas == 0 && !use.replicated() && good.isEmpty()) {
			return DoctorFinding.notApplicable(id, "There are no replicas");
		}
		if (good.isEmpty()) {
			return (replicas == 0)
					? DoctorFinding.warning(id, "No replica is connected: none can take over",
							"Start a replica, or restore the connection to it")
					: DoctorFinding.warning(id,
							"'min-replicas-to-write' or 'min-replicas-max-lag' is 0: a primary that lost its %d replicas accepts writes that a fail-over drops"
								.formatted(replicas),
							"'CONFIG SET min-replicas-to-write 1' and 'CONFIG SET min-replicas-max-lag 1'");
		}
		String wanted = facts.config("min-replicas-to-write");
		String found = "%s of %d connected replicas keep up, 'min-replicas-to-write' is %s and 'min-replicas-max-lag' %s"
			.formatted(good, replicas, wanted, facts.config("min-replicas-max-lag"));
		return (Long.parseLong(good) < Long.parseLong(wanted)) ? DoctorFinding.problem(id,
				found + ": Redis refuses writes (NOREPLICAS)", "Start the replicas, or lower 'min-replicas-to-write'")
				: DoctorFinding.ok(id, found);
	}

	private static DoctorFinding clock(ServerFacts facts) {
		if (facts.info("server_time_usec").isEmpty()) {
			return new DoctorFinding(CLOCK.id(), Status.UNKNOWN, "The server doesn't report its time", null);
		}
		long ahead = facts.aheadMillis();
		long difference = Math.abs(ahead);
		if (difference - facts.uncertaintyMillis() <= CLOCK_MILLIS) {
			return DoctorFinding.ok(CLOCK.id(),
					"It agrees with that of this instance to %d ms".formatted(difference + facts.uncertaintyMillis()));
		}
		return DoctorFinding.warning(
				CLOCK.id(), "It is %d ms %s that of this instance: moments of events and of 'expireAt' are off by that"
					.formatted(difference, (ahead > 0) ? "ahead of" : "behind"),
				"Have both machines keep their time by NTP");
	}

	private static DoctorFinding keepAlive(ServerFacts facts) {
		String seconds = facts.config("tcp-keepalive");
		return seconds.equals("0")
				? DoctorFinding.warning(TCP_KEEPALIVE.id(),
						"'tcp-keepalive' is 0: connections of instances that vanished stay open",
						"'CONFIG SET tcp-keepalive 300'")
				: DoctorFinding.ok(TCP_KEEPALIVE.id(), "'tcp-keepalive' is " + seconds);
	}

}
