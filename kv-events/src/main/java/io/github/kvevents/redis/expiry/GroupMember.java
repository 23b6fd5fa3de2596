package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.KeyText;
import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisScript;
import io.github.kvevents.store.Namespace;

/**
 * This instance as a member of the group of instances that take the expiries of one
 * partition: announces its receivers, acknowledges and hands on expiries, and keeps its
 * claim on those in flight. Confined to one thread.
 */
final class GroupMember {

	private static final RedisScript ACKNOWLEDGE = RedisScript.load(GroupMember.class, "acknowledge.lua");

	private static final RedisScript ANNOUNCE = RedisScript.load(GroupMember.class, "announce.lua");

	private static final RedisScript WAKE = RedisScript.load(GroupMember.class, "wake.lua");

	private static final RedisScript RELEASE = RedisScript.load(GroupMember.class, "release.lua");

	private static final RedisScript TOUCH = RedisScript.load(GroupMember.class, "touch.lua");

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private final Namespace namespace;

	private final int partition;

	private final byte[] name;

	private final byte[] hooks;

	private final byte[] handed;

	private final byte[] wake;

	private final String instanceId;

	private final NamespaceCheck check;

	GroupMember(Namespace namespace, int partition, String instanceId, NamespaceCheck check) {
		this.namespace = namespace;
		this.partition = partition;
		this.name = ExpiredStream.bytes(namespace.expired(partition));
		this.hooks = ExpiredStream.bytes(namespace.hooks(partition));
		this.handed = ExpiredStream.bytes(namespace.handed(partition));
		this.wake = ExpiredStream.bytes(namespace.wake(partition, instanceId));
		this.instanceId = instanceId;
		this.check = check;
	}

	/**
	 * Announces the receivers of this instance, and reads those of the others.
	 * @param announcement its receivers, {@code null} if it takes no more expiries
	 * @param validMillis how long the announcement is valid
	 * @param version the version of the others that is known
	 */
	Members announce(RedisConnection connection, @Nullable Announcement announcement, long validMillis,
			String version) {
		if (announcement != null) {
			// who only looks for others claims nothing
			this.check.check(connection);
		}
		List<byte[]> arguments = List.of(ExpiredStream.bytes(this.instanceId),
				ExpiredStream.bytes(String.valueOf((announcement != null) ? validMillis : 0)),
				ExpiredStream.bytes((announcement != null) ? announcement.fingerprint() : ""),
				ExpiredStream.bytes((announcement != null) ? announcement.text() : ""),
				ExpiredStream.bytes(ExpiredGroup.NAME), ExpiredStream.bytes(version));
		List<?> reply = ANNOUNCE.list(connection, List.of(this.hooks, this.name, this.wake), arguments);
		Map<String, Announcement> others = new LinkedHashMap<>();
		for (int index = 1; index + 1 < reply.size(); index += 2) {
			String instance = ExpiredStream.text(reply.get(index));
			others.put(instance, announcement(instance, ExpiredStream.text(reply.get(index + 1))));
		}
		return new Members(ExpiredStream.text(reply.get(0)), others);
	}

	private Announcement announcement(String instance, String text) {
		try {
			return Announcement.parse(text);
		}
		catch (RuntimeException ex) {
			logger.warn("What instance '" + KeyText.printable(instance) + "' announces in '"
					+ this.namespace.hooks(this.partition)
					+ "' can't be read, so it is taken to have no hooks: no other client should write there");
			return Announcement.parse("");
		}
	}

	/**
	 * Wakes other instances to check again the expiries that no hook has received.
	 */
	void wake(RedisConnection connection, Collection<String> instanceIds) {
		WAKE.count(connection, instanceIds.stream().map(this::wakeOf).toList(), List.of());
	}

	private byte[] wakeOf(String instanceId) {
		return ExpiredStream.bytes(this.namespace.wake(this.partition, instanceId));
	}

	/**
	 * Acknowledges and removes expiries that are done, and hands on others.
	 * @param version the version of the other instances that the decision is based on
	 * @param done the ids of those to remove
	 * @param handedOn those to hand on, each with the id of the receiving instance
	 * @return {@code false} if the version has changed; nothing is done then
	 */
	boolean acknowledge(RedisConnection connection, String version, Collection<String> done,
			Map<TakenExpiry, String> handedOn) {
		List<byte[]> keys = new ArrayList<>(List.of(this.name, this.hooks, this.handed));
		List<byte[]> arguments = ExpiredStream.arguments(this.instanceId, version, done.size());
		done.forEach((id) -> arguments.add(ExpiredStream.bytes(id)));
		List<String> instances = handedOn.values().stream().distinct().toList();
		instances.forEach((instance) -> keys.add(wakeOf(instance)));
		handedOn.forEach((expiry, instance) -> {
			arguments.add(ExpiredStream.bytes(expiry.id()));
			arguments.add(ExpiredStream.bytes(instance));
			arguments.add(ExpiredStream.bytes(String.valueOf(4 + instances.indexOf(instance))));
			arguments.add(ExpiredStream.bytes(expiry.note()));
		});
		return ACKNOWLEDGE.test(connection, keys, arguments);
	}

	/**
	 * Releases all expiries of this instance.
	 * @param idle the idle time to set, so that others claim them at once
	 */
	void release(RedisConnection connection, Duration idle) {
		RELEASE.count(connection, List.of(this.name), ExpiredStream.arguments(this.instanceId, idle.toMillis()));
	}

	/**
	 * Resets the idle time of expiries in flight.
	 */
	void touch(RedisConnection connection, List<String> ids) {
		List<byte[]> arguments = ExpiredStream.arguments(this.instanceId);
		ids.forEach((id) -> arguments.add(ExpiredStream.bytes(id)));
		TOUCH.count(connection, List.of(this.name), arguments);
	}

	/**
	 * The other instances that take expiries.
	 *
	 * @param version the version, which changes with the instances
	 * @param others the receivers of each by its id; empty if the version was known
	 */
	record Members(String version, Map<String, Announcement> others) {
	}

}
