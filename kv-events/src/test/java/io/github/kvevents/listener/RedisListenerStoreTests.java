package io.github.kvevents.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.dao.InvalidDataAccessResourceUsageException;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.listener.ListenerStore.Acquisition.Outcome;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.NamespaceUser;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@link RedisListenerStore} on a real server.
 */
@ExtendWith(TestRedisExtension.class)
class RedisListenerStoreTests extends ListenerStoreContractTests {

	private static final String HASH = "kv-events:{shop:1}:listener:audit";

	private final TestRedis redis;

	RedisListenerStoreTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	ListenerStore createStore() {
		return new RedisListenerStore(this.redis.connectionFactory(), new Namespace("shop", 2), null);
	}

	@Test
	void removeLeavesNoKeyBehind() {
		this.store.acquire(1, "audit", "a", Duration.ofSeconds(9), 0);
		assertThat(this.redis.template().keys("*")).containsExactlyInAnyOrder("kv-events:{shop:1}:listener:audit",
				"kv-events:{shop:1}:listeners");
		this.store.remove(1, "audit", Duration.ZERO);
		assertThat(this.redis.template().keys("*")).isEmpty();
	}

	@Test
	void namespaceOfAnotherApplicationIsNotWrittenTo() {
		this.redis.execute("HSET", "kv-events:{shop}:meta", "partitions", "2", "application", "other");
		Namespace namespace = new Namespace("shop", 2);
		RedisListenerStore refused = new RedisListenerStore(this.redis.connectionFactory(), namespace,
				new NamespaceCheck(namespace, KeyNames.plain(), new NamespaceUser("shop", "", false)));
		List<ThrowingCallable> uses = List.of(() -> refused.join(ID, "a", LONG), () -> refused.leave(ID, "a"),
				() -> refused.acquire(1, ID, "a", LONG, 0), () -> refused.remove(1, ID, LONG));
		for (ThrowingCallable use : uses) {
			assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class).isThrownBy(use)
				.withMessageContaining("Namespace 'shop' is used by the application 'other'");
		}
		assertThat(this.redis.template().keys("*")).containsExactly("kv-events:{shop}:meta");
	}

	@Test
	void keyOfAnotherTypeIsNamedAndNothingIsWritten() {
		Lease lease = new Lease(ID, 1, "a", this.store.acquire(1, ID, "a", LONG, 0).epoch());
		this.store.addDeadLetter(lease, change(5), FAILURE);
		String letter = this.store.letters(1, ID, 10).get(0).id();
		StoredLetter claimed = Objects.requireNonNull(this.store.claim(1, ID, letter, "a", LONG));
		planted("dead:" + ID, "stream", () -> this.store.addDeadLetter(lease, change(6), FAILURE),
				() -> this.store.complete(1, ID, claimed, "a", null), () -> this.store.letters(1, ID, 10),
				() -> this.store.discard(1, ID, letter), () -> this.store.claim(1, ID, letter, "a", LONG),
				() -> this.store.status(1, ID));
		planted("listeners", "zset", () -> this.store.keep(lease, LONG, null, List.of()),
				() -> this.store.acquire(1, ID, "b", LONG, 0), () -> this.store.remove(1, ID, Duration.ZERO),
				() -> this.store.oldestNeeded(1, LONG));
		planted("listener:" + ID, "hash", () -> this.store.keep(lease, LONG, null, List.of()),
				() -> this.store.acquire(1, ID, "b", LONG, 0), () -> this.store.release(lease),
				() -> this.store.addDeadLetter(lease, change(6), FAILURE), () -> this.store.setPaused(1, ID, true),
				() -> this.store.setPaused(1, ID, false), () -> this.store.status(1, ID));
		this.store.complete(1, ID, claimed, "a", null);
		assertThat(this.store.letters(1, ID, 10)).isEmpty();
	}

	private void planted(String what, String type, Runnable... operations) {
		String name = "kv-events:{shop:1}:" + what;
		this.redis.execute("RENAME", name, "aside");
		this.redis.execute("SADD", name, "planted");
		Set<String> keys = this.redis.template().keys("*");
		Map<Object, Object> fields = what.startsWith("listener:") ? Map.of()
				: this.redis.template().opsForHash().entries("kv-events:{shop:1}:listener:" + ID);
		assertThat(operations)
			.allSatisfy((operation) -> assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
				.isThrownBy(operation::run)
				.withMessageContaining(
						"Key '" + name + "' belongs to kv-events and must be a " + type + ", but is a set"));
		assertThat(this.redis.template().keys("*")).isEqualTo(keys);
		if (!what.startsWith("listener:")) {
			assertThat(this.redis.template().opsForHash().entries("kv-events:{shop:1}:listener:" + ID))
				.isEqualTo(fields);
		}
		this.redis.execute("RENAME", "aside", name);
	}

	@Test
	void leaseThatEndsFurtherAheadThanItLastsIsVoid() {
		acquire("a");
		put("until", inAnHour());
		assertThat(this.store.status(1, "audit").owner()).isNull();
		assertThat(acquire("b")).isEqualTo(Outcome.ACQUIRED);
		put("until", inAnHour());
		this.redis.template().opsForHash().delete(HASH, "lease");
		assertThat(acquire("c")).as("written by who doesn't say how long it lasts").isEqualTo(Outcome.ACQUIRED);
		assertThat(acquire("d")).as("one that ends in time").isEqualTo(Outcome.TAKEN);
	}

	@Test
	void leaseOfAnotherLengthIsNoReasonToTakeIt() {
		this.store.acquire(1, "audit", "patient", Duration.ofHours(3), 0);
		assertThat(acquire("hasty")).isEqualTo(Outcome.TAKEN);
		this.store.join("audit", "patient", Duration.ofHours(3));
		assertThat(this.store.join("audit", "hasty", Duration.ofSeconds(9)).ids()).containsExactly("hasty", "patient");
	}

	@Test
	void instanceThatIsHereForLongerThanItSaidIsGone() {
		this.store.join("audit", "a", Duration.ofSeconds(9));
		this.redis.template().opsForHash().put("kv-events:{shop:0}:listener:audit", "instance:gone", inAnHour());
		this.redis.template()
			.opsForHash()
			.put("kv-events:{shop:0}:listener:audit", "instance:back", inAnHour() + " 9000");
		assertThat(this.store.join("audit", "b", Duration.ofSeconds(9)).ids()).containsExactly("a", "b");
	}

	@Test
	void removalThatLiesAheadDoesNotKeepAListenerFromBeginning() {
		put("removed", inAnHour());
		assertThat(acquire("a")).isEqualTo(Outcome.ACQUIRED);
		this.redis.template().opsForHash().put("kv-events:{shop:0}:listener:audit", "removed", inAnHour());
		assertThat(this.store.join("audit", "a", Duration.ofSeconds(9)).removedAt()).isZero();
	}

	@Test
	void signOfLifeThatLiesAheadCountsFromNowOn() {
		Acquisition taken = this.store.acquire(1, "audit", "a", LONG, 0);
		this.store.keep(new Lease("audit", 1, "a", taken.epoch()), LONG, checkpoint(50, 1), List.of());
		String signs = "kv-events:{shop:1}:listeners";
		this.redis.template().opsForZSet().add(signs, "audit", Double.parseDouble(inAnHour()));
		assertThat(this.store.oldestNeeded(1, LONG)).isEqualTo(position(50, 1));
		assertThat(this.redis.template().opsForZSet().score(signs, "audit"))
			.isLessThanOrEqualTo((double) System.currentTimeMillis());
		await().until(() -> this.store.oldestNeeded(1, Duration.ofMillis(1)) == null);
	}

	@Test
	void claimOfALetterThatEndsFurtherAheadThanItLastsIsVoid() {
		Acquisition taken = this.store.acquire(1, "audit", "a", Duration.ofSeconds(9), 0);
		LoggedChange change = new LoggedChange(new KvPosition(1, 5, 1), KvEventType.SET, "k", new byte[0], null, "a",
				"op", Instant.ofEpochMilli(5), Instant.ofEpochMilli(5), null);
		this.store.addDeadLetter(new Lease("audit", 1, "a", taken.epoch()), change, new Failure(1, "E", ""));
		String letter = this.store.letters(1, "audit", 1).get(0).id();
		put("claim:" + letter, inAnHour() + " gone");
		assertThat(this.store.claim(1, "audit", letter, "a", Duration.ofMinutes(5))).isNotNull();
		assertThat(this.store.claim(1, "audit", letter, "b", Duration.ofMinutes(5))).isNull();
	}

	@Test
	void discardedLetterLeavesNoClaimOfAnInstanceThatDied() {
		Acquisition taken = this.store.acquire(1, "audit", "a", Duration.ofSeconds(9), 0);
		Lease lease = new Lease("audit", 1, "a", taken.epoch());
		for (int number = 5; number < 8; number++) {
			this.store.addDeadLetter(lease, change(number), new Failure(1, "E", ""));
		}
		List<String> letters = this.store.letterIds(1, "audit", 9);
		letters.forEach((letter) -> this.store.claim(1, "audit", letter, "dead", Duration.ofMinutes(5)));
		assertThat(claims()).hasSize(3);
		assertThat(this.store.discard(1, "audit", letters.get(0))).isTrue();
		assertThat(claims()).containsExactlyInAnyOrder("claim:" + letters.get(1), "claim:" + letters.get(2));
		assertThat(this.store.discardAll(1, "audit", letters)).isEqualTo(2);
		assertThat(claims()).isEmpty();
	}

	private Set<Object> claims() {
		Set<Object> fields = new HashSet<>(this.redis.template().opsForHash().keys(HASH));
		fields.removeIf((field) -> !field.toString().startsWith("claim:"));
		return fields;
	}

	private Outcome acquire(String instance) {
		return this.store.acquire(1, "audit", instance, Duration.ofSeconds(9), 0).outcome();
	}

	private void put(String field, String value) {
		this.redis.template().opsForHash().put(HASH, field, value);
	}

	private static String inAnHour() {
		return String.valueOf(System.currentTimeMillis() + Duration.ofHours(1).toMillis());
	}

}
