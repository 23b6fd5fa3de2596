package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestProxy;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A reply that is lost on the wire: the driver reconnects and retransmits the command, so
 * the server runs it twice. A lifetime still expires exactly once; the caller receives
 * the result of the second run, as documented.
 */
class LostReplyTests {

	private static final Duration LONG = Duration.ofMinutes(8);

	private final TestRedis redis = TestRedis.start();

	private final TestProxy proxy = new TestProxy(this.redis);

	private final TrackedInstance instance = new TrackedInstance(
			this.redis.connectionFactory(this.proxy.getPort(), Duration.ofSeconds(20)),
			(tracker) -> tracker.settings(TrackingSettings.defaults().claimAfter(Duration.ofSeconds(1))));

	/**
	 * The server must know the scripts, or the lost reply says only that it doesn't.
	 */
	@BeforeEach
	void loadScripts() {
		this.instance.template.set("scripts", "1", SetOptions.defaults().ifAbsent().timeToLive(LONG));
		assertThat(this.instance.template.persist("scripts")).isTrue();
		assertThat(this.instance.template.delete("scripts")).isTrue();
	}

	@AfterEach
	void stop() {
		this.instance.close();
		this.proxy.close();
		this.redis.close();
	}

	@Test
	void detectedExpiryIsPublishedOnceWhenTheWriteRunsTwice() {
		this.instance.template.set("a", "old", Duration.ofMillis(1));
		this.instance.template.set("b", "old", Duration.ofMillis(1));
		await().until(() -> !this.instance.template.hasKey("a") && !this.instance.template.hasKey("b"));
		assertThat(twice("app:a", () -> this.instance.template.set("a", "new", LONG) == KvSetResult.UNCHANGED))
			.as("the second run finds the value of the first")
			.isTrue();
		assertThat(twice("app:b", () -> this.instance.template.set("b", "new",
				SetOptions.defaults().ifAbsent()) == KvSetResult.NOT_APPLIED))
			.isTrue();
		this.instance.start();
		await().until(() -> this.instance.expired().size() >= 2 && length() == 0);
		assertThat(this.instance.expired()).containsExactlyInAnyOrder("a", "b");
		assertThat(this.instance.dispatcher.events())
			.allSatisfy((event) -> assertThat(event.getPreviousValue(String.class)).isEqualTo("old"));
		assertThat((Long) this.redis.execute("ZCARD", "kv-events:{shop:0}:deadlines")).isOne();
	}

	@Test
	void deleteAndPersistThatRunTwiceLeaveNoDeadline() {
		List<String> keys = List.of("deleted", "persisted", "behind");
		keys.forEach((key) -> this.instance.template.set(key, "1", LONG));
		assertThat(twice("app:deleted", () -> this.instance.template.delete("deleted"))).isFalse();
		assertThat(twice("app:persisted", () -> this.instance.template.persist("persisted"))).isFalse();
		// ends in place of a lifetime that could before the commands have run
		this.redis.execute("PEXPIRE", "app:behind", "0");
		TrackedInstance.endNow(this.redis, "app:deleted", "app:persisted", "app:behind");
		assertThat((Long) this.redis.execute("ZCARD", "kv-events:{shop:0}:deadlines")).isOne();
		this.instance.start();
		await().until(() -> this.instance.expired().contains("behind"));
		assertThat(this.instance.expired()).containsExactly("behind");
		assertThat(this.instance.template.hasKey("persisted")).isTrue();
	}

	@Test
	void sweepThatRunsTwicePublishesOnce() {
		this.instance.start();
		this.instance.template.set("first", "loads the scripts", Duration.ofMillis(1));
		await().until(() -> this.instance.expired().contains("first"));
		this.instance.close();
		for (String key : new String[] { "a", "b", "c" }) {
			this.instance.template.set(key, "1", Duration.ofMillis(1));
		}
		await().until(() -> !this.instance.template.hasKey("c"));
		String sweeper = "kv-events:{shop:0}:sweeper";
		// no other command names the two beside each other
		this.proxy.loseReplyTo("recent\r\n$" + sweeper.length() + "\r\n" + sweeper);
		this.instance.start();
		await().until(() -> this.instance.expired().size() >= 4 && length() == 0);
		assertThat(this.proxy.isReplyToBeLost()).isFalse();
		assertThat(this.instance.expired()).containsExactlyInAnyOrder("first", "a", "b", "c");
	}

	@Test
	void expiriesInALostReplyAreDeliveredLaterAndOnce() {
		this.instance.start();
		this.instance.template.set("first", "1", Duration.ofMillis(1));
		await().until(() -> this.instance.expired().contains("first") && length() == 0);
		this.proxy.loseReplyTo("XREADGROUP");
		await().until(() -> !this.proxy.isReplyToBeLost()
				|| this.instance.template.set("a", "1", Duration.ofMillis(1)) == KvSetResult.CREATED);
		await().until(() -> !this.proxy.isReplyToBeLost());
		await().until(() -> this.instance.expired().contains("a") && length() == 0);
		assertThat(this.instance.expired().stream().filter("first"::equals)).hasSize(1);
		assertThat(this.instance.tracker.getStatus().waiting()).isZero();
	}

	/**
	 * Runs a command of which the first reply is lost.
	 */
	private boolean twice(String key, BooleanSupplier command) {
		this.proxy.loseReplyTo(key);
		boolean result = command.getAsBoolean();
		assertThat(this.proxy.isReplyToBeLost()).isFalse();
		return result;
	}

	private long length() {
		return (Long) this.redis.execute("XLEN", "kv-events:{shop:0}:expired");
	}

}
