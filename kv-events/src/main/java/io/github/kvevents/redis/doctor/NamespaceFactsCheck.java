package io.github.kvevents.redis.doctor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.doctor.DoctorCheck;
import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.OnServer;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.redis.ClusterNodes;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.Namespace;

/**
 * Compares what is in Redis under the namespace with this instance: the application that
 * has it, the partitions, the types of its keys, and the permissions for scripts and
 * keys. Writes nothing.
 */
public final class NamespaceFactsCheck implements DoctorCheck {

	private static final String NAMESPACE = "namespace";

	private static final String PARTITIONS = "partitions";

	private static final String KEY_TYPES = "key-types";

	private static final String PERMISSIONS = "permissions";

	private final RedisKvStore store;

	private final RedisConnections connections;

	private final Namespace namespace;

	private final NamespaceCheck check;

	private final Supplier<Collection<String>> listeners;

	private final String name;

	/**
	 * Creates a check.
	 * @param store the keys
	 * @param connectionFactory where connections come from
	 * @param namespace the namespace
	 * @param check knows what all instances must agree on
	 * @param listeners the ids of the durable listeners
	 */
	public NamespaceFactsCheck(RedisKvStore store, RedisConnectionFactory connectionFactory, Namespace namespace,
			NamespaceCheck check, Supplier<Collection<String>> listeners) {
		this.store = store;
		this.connections = RedisConnections.of(connectionFactory);
		this.namespace = namespace;
		this.check = check;
		this.listeners = listeners;
		this.name = ConnectionSettings.of(connectionFactory).topology();
	}

	@Override
	public List<String> ids() {
		return List.of(NAMESPACE, PARTITIONS, KEY_TYPES, PERMISSIONS);
	}

	@Override
	public List<DoctorFinding> examine() {
		if (!this.store.usesNamespace()) {
			String reason = "Nothing is tracked or logged, so writes use no namespace";
			return ids().stream().map((id) -> DoctorFinding.notApplicable(id, reason)).toList();
		}
		return this.connections.call((connection) -> {
			List<DoctorFinding> findings = new ArrayList<>(compare(connection));
			findings.add(look(KEY_TYPES, () -> types(connection)));
			findings.add(look(PERMISSIONS, () -> permissions(connection)));
			return findings;
		});
	}

	/**
	 * What one refuses to say must not hide the others.
	 */
	private static DoctorFinding look(String id, Supplier<DoctorFinding> look) {
		try {
			return look.get();
		}
		catch (RuntimeException ex) {
			return DoctorFinding.unknown(id, ex);
		}
	}

	private List<DoctorFinding> compare(RedisConnection connection) {
		Map<String, String> differences;
		try {
			differences = new LinkedHashMap<>(this.check.compare(connection));
		}
		catch (RuntimeException ex) {
			return List.of(DoctorFinding.unknown(NAMESPACE, ex), DoctorFinding.unknown(PARTITIONS, ex));
		}
		String partitions = differences.remove(NamespaceCheck.PARTITIONS);
		String unnamed = differences.remove(NamespaceCheck.DEFAULT);
		DoctorFinding here = DoctorFinding.ok(NAMESPACE,
				"This application may use '%s'".formatted(this.namespace.name()));
		if (!differences.isEmpty()) {
			here = DoctorFinding.of(NAMESPACE, Status.PROBLEM, differences.values().iterator().next());
		}
		else if (unnamed != null) {
			here = DoctorFinding.of(NAMESPACE, Status.WARNING, unnamed);
		}
		return List.of(here, (partitions != null) ? DoctorFinding.of(PARTITIONS, Status.PROBLEM, partitions)
				: look(PARTITIONS, () -> partitions(connection)));
	}

	/**
	 * Each primary should have a share of the work.
	 */
	private DoctorFinding partitions(RedisConnection connection) {
		int count = this.namespace.partitions();
		if (!(connection instanceof RedisClusterConnection cluster)) {
			return DoctorFinding.ok(PARTITIONS, "%d, as all instances have".formatted(count));
		}
		int primaries = ClusterNodes.primaries(cluster).size();
		long used = byServer(connection).size();
		String found = "%d on %d of %d primaries".formatted(count, used, primaries);
		return (used < primaries)
				? DoctorFinding.warning(PARTITIONS, found + ": the others have no share of the work",
						"Move the namespace to more partitions with NamespaceMove (see docs/cluster.md)")
				: DoctorFinding.ok(PARTITIONS, found);
	}

	private DoctorFinding types(RedisConnection connection) {
		try {
			this.check.checkTypes(connection, this.listeners.get());
			return DoctorFinding.ok(KEY_TYPES, "Each key of kv-events has its type");
		}
		catch (InvalidDataAccessResourceUsageException ex) {
			return DoctorFinding.of(KEY_TYPES, Status.PROBLEM, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Each server has its own users.
	 */
	private DoctorFinding permissions(RedisConnection connection) {
		List<OnServer> servers = new ArrayList<>();
		DoctorFinding worst = DoctorFinding.ok(PERMISSIONS, "The user may run all that writes and deliveries need");
		for (Map.Entry<String, Integer> server : byServer(connection).entrySet()) {
			DoctorFinding here = permissions(connection, server.getValue());
			servers.add(new OnServer(server.getKey(), here.status(), here.found()));
			if (here.status().compareTo(worst.status()) > 0) {
				worst = here;
			}
		}
		return new DoctorFinding(PERMISSIONS, worst.status(), worst.found(), worst.fix(), servers);
	}

	private DoctorFinding permissions(RedisConnection connection, int partition) {
		PermissionDeniedDataAccessException refusal = this.store.findRefusal(connection, partition);
		return (refusal != null) ? DoctorFinding.of(PERMISSIONS, Status.PROBLEM, String.valueOf(refusal.getMessage()))
				: DoctorFinding.ok(PERMISSIONS, "The user may run all that writes and deliveries need");
	}

	/**
	 * A partition of each server.
	 */
	private Map<String, Integer> byServer(RedisConnection connection) {
		Map<String, Integer> servers = new LinkedHashMap<>();
		if (!(connection instanceof RedisClusterConnection cluster)) {
			servers.put(this.name, 0);
			return servers;
		}
		for (int partition = 0; partition < this.namespace.partitions(); partition++) {
			@Nullable RedisClusterNode node = cluster
				.clusterGetNodeForKey(this.namespace.values(partition).getBytes(StandardCharsets.UTF_8));
			servers.putIfAbsent((node != null) ? node.asString() : this.name, partition);
		}
		return servers;
	}

}
