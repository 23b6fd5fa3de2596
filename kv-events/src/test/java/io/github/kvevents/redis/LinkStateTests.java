package io.github.kvevents.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.fixture.NoThreads;
import io.github.kvevents.fixture.ProcessPause;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;

/**
 * A server whose answers the test permits.
 */
class LinkStateTests {

	/** Made before the waiting begins: the first mock of a type takes its time. */
	private final RedisConnection connection = mock();

	private volatile CountDownLatch permitted = new CountDownLatch(0);

	private final LinkState state = new LinkState(this::connect, Duration.ofMinutes(1), null, (failure) -> false);

	private RedisConnection connect() {
		try {
			this.permitted.await();
			return this.connection;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void startThatIsSlowForOtherReasonsLeavesRedisItsTime() {
		this.state.awaitAnswer(0);
		await().pollDelay(Duration.ofMillis(2200)).until(() -> true);
		this.state.doubt();
		this.permitted = new CountDownLatch(1);
		CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(this.permitted::countDown);
		this.state.awaitAnswer(0);
	}

	@Test
	void beansThatWaitedAtTheSameTimeForSlowFirstConnectionLeaveTheNextOneItsTime() {
		this.permitted = new CountDownLatch(1);
		CompletableFuture<?>[] beans = new CompletableFuture<?>[8];
		for (int bean = 0; bean < beans.length; bean++) {
			beans[bean] = CompletableFuture.runAsync(() -> this.state.awaitAnswer(0),
					(task) -> new Thread(task).start());
		}
		CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(this.permitted::countDown);
		CompletableFuture.allOf(beans).join();
		// as the link does when its phase of the start comes
		this.state.setStopped(false);
		this.permitted = new CountDownLatch(1);
		CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(this.permitted::countDown);
		this.state.awaitAnswer(0);
	}

	/**
	 * Nothing answers in between, which would give the next one its time anyway.
	 */
	@Test
	void timeInWhichSeveralBeansWaitInVainCountsOnce() {
		LinkState impatient = new LinkState(this::connect, Duration.ofMillis(300), null, (failure) -> false);
		this.permitted = new CountDownLatch(1);
		CompletableFuture<?>[] beans = new CompletableFuture<?>[8];
		for (int bean = 0; bean < beans.length; bean++) {
			beans[bean] = CompletableFuture.runAsync(() -> assertThatExceptionOfType(QueryTimeoutException.class)
				.isThrownBy(() -> impatient.awaitAnswer(0)), (task) -> new Thread(task).start());
		}
		CompletableFuture.allOf(beans).join();
		CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(this.permitted::countDown);
		// what is left of the two seconds bounds this wait, and not the command timeout
		impatient.ping(Duration.ofMinutes(1));
	}

	/**
	 * A long garbage collection, or a container without CPU time left.
	 */
	@Test
	void pauseOfThisProcessWhileTheContextClosesIsNotTakenForAnOutage() throws Exception {
		this.permitted = new CountDownLatch(1);
		CompletableFuture<Boolean> answers = CompletableFuture.supplyAsync(this.state::answersUntilStopped,
				(task) -> new Thread(task).start());
		await().until(this.state::isConnecting);
		ProcessPause.ofThisOne(Duration.ofMillis(1500));
		assertThat(this.state.isAbandoned()).isFalse();
		this.permitted.countDown();
		await().until(this.state::isAnswered);
		this.state.setStopped(true);
		assertThat(answers.get()).isTrue();
	}

	@Test
	void beansTogetherWaitForTwoSecondsAtStart() {
		this.permitted = new CountDownLatch(1);
		long begun = System.nanoTime();
		for (int bean = 1; bean <= 20; bean++) {
			assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.state.awaitAnswer(0));
		}
		this.permitted.countDown();
		await().until(this.state::isAnswered);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofSeconds(2),
				Duration.ofSeconds(20));
	}

	/**
	 * The call has looked whether to connect before, and comes to it behind.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@Timeout(30)
	void callThatIsJustAboutToConnectFailsAtOnceWhenTheConnectionsClose(boolean abandoned) {
		this.permitted = new CountDownLatch(1);
		FutureTask<?> call = new FutureTask<>(() -> this.state.awaitAnswer(0), null);
		Thread calling = new Thread(call);
		synchronized (this.state) {
			calling.start();
			await().until(() -> calling.getState() == Thread.State.BLOCKED);
			if (abandoned) {
				assertThat(this.state.answersUntilStopped()).isFalse();
			}
			else {
				this.state.setStopped(true);
			}
		}
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> call.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(RedisConnectionFailureException.class);
		this.permitted.countDown();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@Timeout(30)
	void answerThatComesBehindTheCloseIsNone(boolean abandoned) throws InterruptedException {
		this.permitted = new CountDownLatch(1);
		CompletableFuture<Thread> attempt = new CompletableFuture<>();
		LinkState late = new LinkState(() -> {
			attempt.complete(Thread.currentThread());
			return connect();
		}, Duration.ofMillis(10), null, (failure) -> false);
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> late.awaitAnswer(0));
		if (abandoned) {
			assertThat(late.answersUntilStopped()).isFalse();
		}
		else {
			late.setStopped(true);
		}
		this.permitted.countDown();
		attempt.join().join();
		assertThat(late.isAnswered()).isFalse();
		assertThatExceptionOfType(RedisConnectionFailureException.class).isThrownBy(() -> late.awaitAnswer(0));
	}

	/**
	 * The next attempt comes a moment later, as behind any that failed.
	 */
	@Test
	@Timeout(30)
	void redisIsConnectedToOnceThereAreThreads() {
		assertThat(catchThrowable(() -> NoThreads.during(() -> this.state.ping(Duration.ofMillis(1))))).isNotNull();
		await().ignoreExceptions().untilAsserted(() -> this.state.ping(Duration.ofMillis(500)));
	}

}
