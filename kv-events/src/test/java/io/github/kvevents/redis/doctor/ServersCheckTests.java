package io.github.kvevents.redis.doctor;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.RedisLink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is found on a server with a bad setting, and that nothing is found on a good one.
 */
class ServersCheckTests {

	private static final String USER = "shop";

	private final TestRedis redis = TestRedis.start("appendonly", "yes", "notify-keyspace-events", "Ex");

	private final RedisLink link = new RedisLink(connect());

	private final RedisConnectionFactory connections = this.link.connectionFactory();

	private final AtomicBoolean keeps = new AtomicBoolean(true);

	private NotificationStatus.State state = NotificationStatus.State.LISTENING;

	private LettuceConnectionFactory connect() {
		this.redis.execute("ACL", "SETUSER", USER, "on", ">secret", "~*", "&*", "+@all");
		RedisStandaloneConfiguration address = new RedisStandaloneConfiguration("127.0.0.1", this.redis.getPort());
		address.setUsername(USER);
		address.setPassword("secret");
		return new LettuceConnectionFactory(address);
	}

	@AfterEach
	void stop() {
		this.link.destroy();
		this.redis.close();
	}

	@Test
	void goodServerHasNoFinding() {
		this.redis.execute("CONFIG", "RESETSTAT");
		assertThat(examine(Clock.systemUTC())).allSatisfy((finding) -> {
			assertThat(finding.status()).isIn(Status.OK, Status.NOT_APPLICABLE);
			assertThat(finding.fix()).isNull();
		})
			.filteredOn((finding) -> finding.status() == Status.NOT_APPLICABLE)
			.extracting(DoctorFinding::id)
			.containsExactly("min-replicas");
		assertThat(Set.of("ping")).as("what is sent besides INFO and CONFIG GET")
			.containsAll(this.redis.commandCalls().keySet());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					notifications   | notify-keyspace-events | KA          | Ex         | WARNING | lacks "E"
					notifications   | notify-keyspace-events | ''          | Ex         | WARNING | lacks "Ex"
					eviction-policy | maxmemory-policy       | allkeys-lru | noeviction | WARNING | isn't set: when memory is short
					persistence     | appendonly             | no          | yes        | WARNING | neither an append-only file nor a snapshot
					persistence     | appendfsync            | no          | everysec   | WARNING | is 'no': a crash
					tcp-keepalive   | tcp-keepalive          | 0           | 300        | WARNING | stay open
					""")
	void badSettingIsFoundUntilItIsMended(String id, String setting, String bad, String good, Status status,
			String found) {
		this.redis.execute("CONFIG", "SET", setting, bad);
		DoctorFinding finding = find(id);
		assertThat(finding.status()).isEqualTo(status);
		assertThat(finding.found()).contains(found);
		assertThat(finding.fix()).contains("CONFIG SET " + setting);
		assertThat(examine(Clock.systemUTC()).stream().filter((other) -> !other.id().equals(id)))
			.allMatch((other) -> other.fix() == null);
		this.redis.execute("CONFIG", "SET", setting, good);
		assertThat(find(id).status()).isEqualTo(Status.OK);
	}

	@Test
	void snapshotsAloneAreAWarning() {
		this.redis.execute("CONFIG", "SET", "appendonly", "no");
		this.redis.execute("CONFIG", "SET", "save", "3600 1");
		assertThat(find("persistence")).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found()).contains("only snapshots ('save' is '3600 1')");
		});
	}

	@Test
	void evictionThatMayTakeTheIndexIsAProblemAndOneThatTookKeysAWarning() {
		this.redis.execute("CONFIG", "SET", "maxmemory", "104857600");
		assertThat(find("eviction-policy").status()).isEqualTo(Status.OK);
		this.redis.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
		assertThat(find("eviction-policy")).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.PROBLEM);
			assertThat(finding.found()).contains("'allkeys-lfu'", "'maxmemory' 104857600 bytes", "deadline index");
		});
		this.redis.execute("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
		assertThat(find("eviction-policy").status()).isEqualTo(Status.OK);
		this.redis.execute("CONFIG", "SET", "maxmemory", "4194304");
		for (int number = 0; number < 300; number++) {
			this.redis.template().opsForValue().set("key:" + number, "x".repeat(20_000), Duration.ofMinutes(5));
		}
		assertThat(find("eviction-policy")).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found()).contains("keys with a time to live were removed before it had passed")
				.doesNotContain("key:");
		});
	}

	@Test
	void primaryWithReplicasShouldAskForThem() {
		try (TestRedis replica = TestRedis.start("replicaof", "127.0.0.1 " + this.redis.getPort())) {
			await().until(() -> "up".equals(replica.info("replication").getProperty("master_link_status")));
			await().until(() -> find("min-replicas").status() == Status.WARNING);
			assertThat(find("min-replicas").fix()).contains("min-replicas-to-write 1", "min-replicas-max-lag 1");
			this.redis.execute("CONFIG", "SET", "min-replicas-to-write", "1");
			await().untilAsserted(() -> assertThat(find("min-replicas").status()).isEqualTo(Status.OK));
			this.redis.execute("CONFIG", "SET", "min-replicas-to-write", "2");
			assertThat(find("min-replicas")).satisfies((finding) -> {
				assertThat(finding.status()).isEqualTo(Status.PROBLEM);
				assertThat(finding.found()).contains("'min-replicas-to-write' is 2", "NOREPLICAS");
			});
		}
	}

	@Test
	void serversThatShouldHaveAReplicaAndHaveNoneAreAWarning() {
		ServerUse replicated = new ServerUse(this.keeps::get, this::notifications, true);
		assertThat(find("min-replicas", new ServersCheck(this.connections, replicated, Clock.systemUTC()).examine())
			.found()).contains("No replica is connected");
	}

	@Test
	void replicaRefusesWrites() {
		this.redis.execute("REPLICAOF", "127.0.0.1", "1");
		assertThat(find("server")).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.PROBLEM);
			assertThat(finding.found()).contains("a replica: it refuses writes");
		});
		this.redis.execute("REPLICAOF", "NO", "ONE");
		assertThat(find("server").status()).isEqualTo(Status.OK);
	}

	@ParameterizedTest
	@CsvSource({ "-7, ahead of", "7, behind" })
	void clockThatDiffersIsAWarning(int seconds, String direction) {
		Clock off = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));
		assertThat(find("clock", examine(off))).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found()).contains(direction).containsPattern("It is (6|7)\\d{3} ms");
			assertThat(finding.fix()).contains("NTP");
		});
	}

	@Test
	void refusedCommandsAreUnknownWithTheRightToGrant() {
		this.redis.execute("ACL", "SETUSER", USER, "-config");
		List<DoctorFinding> findings = examine(Clock.systemUTC());
		for (String id : List.of("config", "notifications", "persistence", "tcp-keepalive")) {
			assertThat(find(id, findings)).satisfies((finding) -> {
				assertThat(finding.status()).isEqualTo(Status.UNKNOWN);
				assertThat(finding.found()).contains("NOPERM");
				assertThat(finding.fix()).contains("'+config|get'");
			});
		}
		assertThat(find("eviction-policy", findings).status()).isEqualTo(Status.OK);
		this.redis.execute("ACL", "SETUSER", USER, "+config", "-info");
		findings = examine(Clock.systemUTC());
		assertThat(find("eviction-policy", findings)).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.UNKNOWN);
			assertThat(finding.fix()).contains("'+info'");
		});
		assertThat(find("config", findings).status()).isEqualTo(Status.OK);
		assertThat(find("notifications", findings).status()).isEqualTo(Status.OK);
	}

	@Test
	void whatTheApplicationDoesNotUseIsNotApplicable() {
		this.redis.execute("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
		this.redis.execute("CONFIG", "SET", "notify-keyspace-events", "");
		this.keeps.set(false);
		this.state = NotificationStatus.State.IDLE;
		for (String id : List.of("eviction-policy", "persistence", "notifications", "min-replicas")) {
			assertThat(find(id).status()).as(id).isEqualTo(Status.NOT_APPLICABLE);
		}
	}

	@Test
	void subscriptionThatFailsIsAWarning() {
		this.state = NotificationStatus.State.CONNECTING;
		assertThat(find("notifications")).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found()).contains("the subscription failed with com.example.Refused");
		});
	}

	private DoctorFinding find(String id) {
		return find(id, examine(Clock.systemUTC()));
	}

	private static DoctorFinding find(String id, List<DoctorFinding> findings) {
		return findings.stream().filter((finding) -> finding.id().equals(id)).findFirst().orElseThrow();
	}

	private List<DoctorFinding> examine(Clock clock) {
		return new ServersCheck(this.connections, new ServerUse(this.keeps::get, this::notifications, false), clock)
			.examine();
	}

	private NotificationStatus notifications() {
		return new NotificationStatus(NotificationMode.LISTEN, this.state, "", false, 0, 0, "com.example.Refused");
	}

}
