package io.github.kvevents.redis.doctor;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.doctor.DoctorCheck;
import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.OnServer;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.redis.ClusterNodes;
import io.github.kvevents.redis.ConnectionSettings;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.support.SharedCall;

/**
 * Asks the server, or each primary of a Redis Cluster, for its settings and state, all at
 * the same time. One that doesn't answer in three seconds doesn't delay the others.
 */
public final class ServersCheck implements DoctorCheck {

	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private final RedisConnections connections;

	private final ServerUse use;

	private final Clock clock;

	/** How the only server is called. */
	private final String name;

	/** By server, so that one that hangs is asked once. */
	private final Map<String, SharedCall<ServerFacts>> calls = new ConcurrentHashMap<>();

	/**
	 * Creates a check.
	 * @param connectionFactory where connections come from
	 * @param use how the application uses the servers
	 * @param clock the clock of the application
	 */
	public ServersCheck(RedisConnectionFactory connectionFactory, ServerUse use, Clock clock) {
		this.connections = RedisConnections.of(connectionFactory);
		this.use = use;
		this.clock = clock;
		this.name = ConnectionSettings.of(connectionFactory).topology();
	}

	@Override
	public List<String> ids() {
		return Stream.of(ServerCheck.values()).map(ServerCheck::id).toList();
	}

	@Override
	public List<DoctorFinding> examine() {
		Map<String, Answer> answers = ask();
		return Stream.of(ServerCheck.values()).map((check) -> find(check, answers)).toList();
	}

	private Map<String, Answer> ask() {
		long end = System.nanoTime() + PATIENCE.toNanos();
		Map<String, Future<ServerFacts>> running = new LinkedHashMap<>();
		for (Map.Entry<String, @Nullable RedisClusterNode> server : servers().entrySet()) {
			running.put(server.getKey(),
					this.calls
						.computeIfAbsent(server.getKey(),
								(name) -> new SharedCall<>(() -> read(server.getValue()), "kv-doctor-server"))
						.start());
		}
		this.calls.keySet().retainAll(running.keySet());
		Map<String, Answer> answers = new LinkedHashMap<>();
		running.forEach((server, call) -> answers.put(server, await(call, end)));
		return answers;
	}

	/**
	 * The servers by their names; without a node if there is only one. Nothing is sent:
	 * the driver knows the nodes.
	 */
	private Map<String, @Nullable RedisClusterNode> servers() {
		Map<String, @Nullable RedisClusterNode> servers = new LinkedHashMap<>();
		if (!this.connections.isCluster()) {
			servers.put(this.name, null);
			return servers;
		}
		this.connections.run((connection) -> ClusterNodes.primaries((RedisClusterConnection) connection)
			.stream()
			.sorted(Comparator.comparing(RedisClusterNode::asString))
			.forEach((node) -> servers.put(node.asString(), node)));
		return servers;
	}

	private ServerFacts read(@Nullable RedisClusterNode node) {
		return this.connections.call((connection) -> ServerFacts.read(connection, node, this.clock));
	}

	private static Answer await(Future<ServerFacts> call, long end) {
		try {
			return new Answer(call.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS), null);
		}
		catch (TimeoutException ex) {
			return new Answer(null, new QueryTimeoutException("No answer within %d ms".formatted(PATIENCE.toMillis())));
		}
		catch (ExecutionException ex) {
			return new Answer(null, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new Answer(null, ex);
		}
	}

	/**
	 * One finding for all servers: the worst of them, and what was found on each.
	 */
	private DoctorFinding find(ServerCheck check, Map<String, Answer> answers) {
		Map<String, DoctorFinding> found = new LinkedHashMap<>();
		answers.forEach((server, answer) -> found.put(server, find(check, answer)));
		List<OnServer> servers = new ArrayList<>();
		found.forEach((server, finding) -> servers.add(new OnServer(server, finding.status(), finding.found())));
		DoctorFinding worst = found.values()
			.stream()
			.max(Comparator.comparing(DoctorFinding::status))
			.orElseThrow(() -> new IllegalStateException("The cluster has no primary"));
		return new DoctorFinding(check.id(), worst.status(), describe(servers, worst.status()), worst.fix(), servers);
	}

	private DoctorFinding find(ServerCheck check, Answer answer) {
		ServerFacts facts = answer.facts();
		return (facts != null) ? check.look(facts, this.use) : check.failed(Objects.requireNonNull(answer.failure()));
	}

	/**
	 * Names the servers that have the worst status, unless all say the same.
	 */
	private static String describe(List<OnServer> servers, Status worst) {
		List<OnServer> named = servers.stream().filter((server) -> server.status() == worst).toList();
		boolean same = servers.stream().map(OnServer::found).distinct().count() == 1;
		return same ? servers.get(0).found()
				: named.stream()
					.map((server) -> server.server() + ": " + server.found())
					.collect(Collectors.joining("; "));
	}

	/**
	 * What came of a question.
	 *
	 * @param facts what the server said, {@code null} if it didn't answer
	 * @param failure why it didn't
	 */
	private record Answer(@Nullable ServerFacts facts, @Nullable Throwable failure) {
	}

}
