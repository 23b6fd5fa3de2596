package io.github.kvevents.support;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link Alarm}.
 */
@Timeout(20)
class AlarmTests {

	private final Alarm alarm = new Alarm();

	private final CountDownLatch awake = new CountDownLatch(1);

	@Test
	void whoSleepsForEverIsWokenByTheAlarm() throws Exception {
		Thread sleeper = sleep(Delay.NEVER);
		this.alarm.ringIn(0);
		assertThat(this.awake.await(10, TimeUnit.SECONDS)).isTrue();
		sleeper.join();
	}

	@Test
	void anAlarmInEternityWakesNobody() throws Exception {
		Thread sleeper = sleep(Delay.NEVER);
		this.alarm.ringIn(Long.MAX_VALUE);
		this.alarm.ringIn(Long.MAX_VALUE - 1);
		assertThat(this.awake.await(100, TimeUnit.MILLISECONDS)).isFalse();
		this.alarm.ringIn(1);
		assertThat(this.awake.await(10, TimeUnit.SECONDS)).isTrue();
		sleeper.join();
	}

	@Test
	void eternitySleptInMillisecondsIsNotOverAtOnce() throws Exception {
		Thread sleeper = new Thread(() -> {
			this.alarm.doze(Long.MAX_VALUE);
			this.awake.countDown();
		});
		sleeper.start();
		await().until(() -> sleeper.getState() == Thread.State.TIMED_WAITING);
		assertThat(this.awake.await(100, TimeUnit.MILLISECONDS)).isFalse();
		this.alarm.ringIn(0);
		sleeper.join();
	}

	private Thread sleep(Delay delay) {
		Thread sleeper = new Thread(() -> {
			this.alarm.doze(delay);
			this.awake.countDown();
		});
		sleeper.start();
		await().until(() -> sleeper.getState() == Thread.State.TIMED_WAITING);
		return sleeper;
	}

}
