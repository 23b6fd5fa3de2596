package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.stream.RecordId;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.redis.RedisEventLogStore;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link StoreKvEventLogs}.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvEventLogsTests extends KvEventLogsContractTests {

	static final Namespace NAMESPACE = new Namespace("test", 5);

	private final TestRedis redis;

	RedisKvEventLogsTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	StoreKvEventLogs create() {
		return new StoreKvEventLogs(
				new RedisEventLogStore(this.redis.template().getRequiredConnectionFactory(), NAMESPACE, null), CODEC);
	}

	static String key(String log) {
		return NAMESPACE.eventLog(log);
	}

	@Test
	void theStreamIsTrimmedAboutAndAnAddIsOneCall() {
		KvEventLog log = open("warm");
		log.add(value(0));
		this.redis.reset();
		for (int i = 0; i < 4; i++) {
			addNumbers(create().open("trim", EventLogOptions.defaults().maxLength(10)), 100 * i, 100 * i + 100);
		}
		assertThat(this.redis.template().opsForStream().size(key("trim"))).isBetween(10L, 210L);
		assertThat(this.redis.commandCalls()).containsEntry("evalsha", 4L)
			.containsEntry("xinfo|stream", 4L)
			.containsEntry("xadd", 400L)
			.doesNotContainKeys("xtrim", "exists");
	}

	@Test
	void theNameHasTheTagOfItsPartition() {
		open("sensors").add(value(0));
		assertThat(this.redis.template().keys("*"))
			.containsExactly("kv-events:{test:" + NAMESPACE.partitionOf("sensors") + "}:eventlog:sensors");
	}

	@Test
	void idsThatAreTooLargeDisturbNoFollowOfAnotherLog() {
		RecordingFollower broken = new RecordingFollower();
		RecordingFollower well = new RecordingFollower();
		open("far").tailAndFollow(broken);
		open("well").tailAndFollow(well);
		addNumbers(open("far"), 0, 1);
		addNumbers(open("well"), 0, 1);
		await().untilAsserted(() -> assertThat(broken.received).containsExactly("0"));
		this.redis.execute("XADD", key("far"), "9223372036854775808-0", "v", "of another client");
		await().until(() -> !broken.errors.isEmpty());
		addNumbers(open("well"), 1, 3);
		await().untilAsserted(() -> assertThat(well.received).containsExactly("0", "1", "2"));
		this.redis.template().delete(key("far"));
		addNumbers(open("far"), 1, 2);
		await().untilAsserted(() -> assertThat(broken.received).containsExactly("0", "deleted", "1"));
	}

	@Test
	void aKeyOfAnotherTypeIsUntouchedAndOneFollowOfManyFails() {
		this.redis.template().opsForList().rightPush(key("list"), "a");
		KvEventLog log = open("list");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> log.add(value(0)))
			.withMessageContaining(
					"Key '" + key("list") + "' belongs to kv-events and must be a stream, but is a list");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(log::tail)
			.withMessageContaining("Key '" + key("list") + "' belongs to kv-events");
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> log.tailAndFollow(new RecordingFollower()));
		assertThat(this.redis.template().opsForList().range(key("list"), 0, -1)).containsExactly("a");
		this.redis.template().delete(key("list"));

		RecordingFollower broken = new RecordingFollower();
		RecordingFollower well = new RecordingFollower();
		log.tailAndFollow(broken);
		open("well").tailAndFollow(well);
		addNumbers(log, 0, 1);
		await().until(() -> broken.received.size() == 1);
		this.redis.template().delete(key("list"));
		this.redis.template().opsForList().rightPush(key("list"), "a");
		await().until(() -> broken.errors.size() == 1);
		addNumbers(open("well"), 0, 2);
		await().untilAsserted(() -> assertThat(well.received).containsExactly("0", "1"));
		this.redis.template().delete(key("list"));
		addNumbers(log, 1, 2);
		await().untilAsserted(() -> assertThat(broken.received).containsExactly("0", "deleted", "1"));
		assertThat(broken.errors).hasSize(1);
	}

	@Test
	void aDeletedLogIsSignalledAndFollowedAgainThoughItsIdsAreLower() {
		KvEventLog log = open("lower");
		EntryId high = EntryId.parse("9000000000000000-0");
		this.redis.execute("XADD", key("lower"), high.toString(), "v", "0");
		RecordingFollower follower = new RecordingFollower();
		Follow follow = log.tailAndFollow(follower);
		await().until(() -> high.equals(follow.getPosition()));
		this.redis.template().delete(key("lower"));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "deleted"));
		addNumbers(log, 1, 4);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "deleted", "1", "2", "3"));
	}

	@Test
	void aLogThatIsReplacedWithLowerIdsBetweenTwoLooksIsSignalled() {
		KvEventLog log = open("replaced");
		this.redis.execute("XADD", key("replaced"), "9000000000000000-0", "#", "1-1", "v", "0");
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(follower);
		await().until(() -> follower.received.size() == 1);
		this.redis.execute("EVAL",
				"redis.call('DEL', KEYS[1]) redis.call('XADD', KEYS[1], '5-0', '#', '2-1', 'v', '1') return redis.call('XADD', KEYS[1], '6-0', '#', '2-2', 'v', '2')",
				"1", key("replaced"));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "deleted", "1", "2"));
		addNumbers(log, 3, 4);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "deleted", "1", "2", "3"));
	}

	@Test
	void aLogThatWentBackIsSignalled() {
		KvEventLog log = open("back");
		for (int i = 1; i <= 3; i++) {
			this.redis.execute("XADD", key("back"), i + "-0", "#", "1-" + i, "v", String.valueOf(i));
		}
		RecordingFollower follower = new RecordingFollower();
		Follow follow = log.tailAndFollow(follower);
		await().until(() -> follower.received.size() == 3);
		// as a replica has it that didn't get the last two and became primary
		this.redis.execute("EVAL",
				"redis.call('DEL', KEYS[1]) return redis.call('XADD', KEYS[1], '1-0', '#', '1-1', 'v', '1')", "1",
				key("back"));
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("1", "2", "3", "gap -1"));
		assertThat(follower.gaps.get(0)).isEqualTo(new FollowGap(new EntryId(3, 0), new EntryId(1, 0), -1));
		addNumbers(log, 4, 5);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("1", "2", "3", "gap -1", "4"));
		assertThat(follow.isOpen()).isTrue();
	}

	@Test
	void entriesThatOthersAddOrRemoveAreDeliveredOrSignalled() {
		KvEventLog log = open("others");
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(follower);
		addNumbers(log, 0, 1);
		this.redis.execute("XADD", key("others"), "*", "v", "foreign");
		addNumbers(log, 1, 2);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "foreign", "1"));
		RecordId gone = this.redis.template().opsForStream().add(key("others"), Map.of("v", "gone"));
		this.redis.template().opsForStream().delete(key("others"), gone.getValue());
		addNumbers(log, 2, 3);
		await().untilAsserted(() -> assertThat(follower.received).endsWith("2"));
		// what is removed may have been read before
		assertThat(follower.received).containsSubsequence("0", "foreign", "1", "2")
			.hasSize(5)
			.containsAnyOf("gap 1", "gone");
	}

	@Test
	void sixtyFollowsShareOneConnectionThatEndsWithTheLast() {
		long before = blockingClients();
		assertThat(before).isZero();
		List<Follow> follows = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			follows.add(open("connection" + (i % 7)).tailAndFollow(new RecordingFollower()));
		}
		await().until(() -> blockingClients() == 1);
		await().during(Duration.ofMillis(300)).until(() -> blockingClients() <= 1);
		int clients = clients();
		follows.forEach(Follow::close);
		await().until(() -> clients() == clients - 1);
		open("connection0").tailAndFollow(new RecordingFollower());
		await().until(() -> clients() == clients);
	}

	@Test
	void aFollowWithNothingToReadReadsAboutOnceASecond() {
		KvEventLog log = open("idle");
		RecordingFollower follower = new RecordingFollower();
		log.tailAndFollow(follower);
		addNumbers(log, 0, 1);
		await().until(() -> follower.received.size() == 1);
		await().until(() -> waitsLong());
		this.redis.execute("CONFIG", "RESETSTAT");
		await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
		// a second of reserve on either side, and as many looks whether it was deleted
		assertThat(this.redis.commandCalls().getOrDefault("xread", 0L)).isBetween(1L, 7L);
		assertThat(this.redis.commandCalls().getOrDefault("evalsha", 0L)).isLessThanOrEqualTo(7);
		addNumbers(log, 1, 2);
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("0", "1"));
	}

	/**
	 * Whether the read that waits has waited longer than while follows are opened.
	 */
	private boolean waitsLong() {
		this.redis.execute("CONFIG", "RESETSTAT");
		await().pollDelay(Duration.ofMillis(700)).until(() -> true);
		return this.redis.commandCalls().getOrDefault("xread", 0L) <= 1;
	}

	private long blockingClients() {
		return clientList().stream().filter((client) -> client.contains("cmd=xread")).count();
	}

	private int clients() {
		return clientList().size();
	}

	private List<String> clientList() {
		Object list = this.redis.execute("CLIENT", "LIST");
		return ((String) list).lines().toList();
	}

}
