package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Writes within a few milliseconds of the deadline of a key, on two instances that both
 * sweep: each lifetime that expired is delivered once, with its own last value, and none
 * that was renewed or ended in time. Full scale: 100,000 keys.
 */
class DeadlineRaceTests {

	private static final int KEYS = FaultScale.of(5000, 100_000);

	private static final String FIRST = "first life";

	private static final String SECOND = "second life";

	private final TestRedis redis = TestRedis.start();

	private final ExpiryTally tally = new ExpiryTally();

	private final List<HookedInstance> instances = List.of(instance("one"), instance("two"));

	private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);

	/** Which writes were in time, and which too late. */
	private final Set<String> outcomes = ConcurrentHashMap.newKeySet();

	/** For each key the values with which it must expire. */
	private final String[][] expected = new String[KEYS][];

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.instances.forEach(HookedInstance::close);
		this.redis.close();
	}

	@Test
	void lifetimeExpiresOnceWithWritesAroundItsDeadline() throws InterruptedException {
		// who holds the lease changes all the time
		ScheduledFuture<?> changes = this.threads.scheduleAtFixedRate(
				() -> this.redis.execute("DEL", HookedInstance.NAMESPACE.sweeper(0)), 5, 5, TimeUnit.MILLISECONDS);
		race();
		assertThat(this.failures).isEmpty();
		long total = Arrays.stream(this.expected).mapToLong((values) -> values.length).sum();
		await().atMost(Duration.ofMinutes(2)).until(() -> this.tally.total() >= total);
		changes.cancel(false);
		// no further expiry may be delivered
		await().until(() -> this.redis.execute("ZCARD", HookedInstance.NAMESPACE.deadlines(0)).equals(0L));
		await().until(() -> this.redis.execute("XLEN", HookedInstance.NAMESPACE.expired(0)).equals(0L));
		assertThat(this.tally.early()).isEmpty();
		for (int index = 0; index < KEYS; index++) {
			// different instances may deliver two lifetimes of a key, at the same time
			assertThat(this.tally.values("key:" + index)).as("key:" + index)
				.containsExactlyInAnyOrder(this.expected[index]);
		}
		assertThat(this.tally.total()).isEqualTo(total);
		assertThat(this.outcomes).hasSize(2 * Move.values().length);
	}

	private void race() throws InterruptedException {
		CountDownLatch left = new CountDownLatch(KEYS);
		// so few that each write comes when it is meant to
		Semaphore underWay = new Semaphore(60);
		for (int index = 0; index < KEYS; index++) {
			underWay.acquire();
			int number = index;
			Runnable done = () -> {
				underWay.release();
				left.countDown();
			};
			this.threads.execute(() -> live(number, done));
		}
		assertThat(left.await(5, TimeUnit.MINUTES)).isTrue();
	}

	private void live(int index, Runnable done) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		try {
			// on a busy machine all is late: the first move of each kind is in time
			// anyway, and
			// some are meant to be early
			boolean inTime = index < Move.values().length;
			int millis = inTime ? 60_000 : 15 + random.nextInt(30);
			template(index).set("key:" + index, FIRST, Duration.ofMillis(millis));
			long aim = (index % 4 == 0) ? -12_000 : -2000;
			long micros = inTime ? 0 : millis * 1000L + aim + random.nextInt(5000);
			Move move = Move.values()[inTime ? index : random.nextInt(Move.values().length)];
			Future<?> unused = this.threads.schedule(() -> move(index, move, done), micros, TimeUnit.MICROSECONDS);
		}
		catch (Throwable ex) {
			this.failures.add(ex);
			done.run();
		}
	}

	private void move(int index, Move move, Runnable done) {
		try {
			boolean came = move.make(template(index + 1), "key:" + index);
			this.outcomes.add(move + (came ? " in time" : " too late"));
			this.expected[index] = move.expected(came);
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
		finally {
			done.run();
		}
	}

	private KvTemplate template(int index) {
		return this.instances.get(index % this.instances.size()).template;
	}

	private HookedInstance instance(String id) {
		return new HookedInstance(this.redis.connectionFactory(), id, TrackingSettings.defaults(), this.tally);
	}

	/**
	 * An operation on a key around its deadline.
	 */
	private enum Move {

		RENEW {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, SECOND, Duration.ofMillis(20)) == KvSetResult.UPDATED;
			}

			@Override
			String[] expected(boolean inTime) {
				return inTime ? new String[] { SECOND } : new String[] { FIRST, SECOND };
			}

		},

		BATCH {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.batchSet(Map.of(key, SECOND)).get(key) == KvSetResult.UPDATED;
			}

		},

		OVERWRITE {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, SECOND) == KvSetResult.UPDATED;
			}

		},

		EXTEND {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.expire(key, Duration.ofMillis(20));
			}

			@Override
			String[] expected(boolean inTime) {
				return new String[] { FIRST };
			}

		},

		PERSIST {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.persist(key);
			}

		},

		DELETE {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.delete(key);
			}

		};

		/**
		 * Makes the move.
		 * @return whether the key was still there
		 */
		abstract boolean make(KvTemplate template, String key);

		/**
		 * The values with which the key must expire.
		 */
		String[] expected(boolean inTime) {
			return inTime ? new String[0] : new String[] { FIRST };
		}

	}

}
