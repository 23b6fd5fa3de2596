package io.github.kvevents.redis.expiry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.kvevents.redis.expiry.SweepSchedule.ServerClock;
import io.github.kvevents.support.Delay;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link SweepSchedule} and {@link ServerClock}.
 */
class SweepScheduleTests {

	private final AtomicLong nanos = new AtomicLong(-5);

	private final SweepSchedule schedule = new SweepSchedule(this.nanos::get);

	@Test
	void isDueAtFirstAndThenAtTheTimeOfTheServer() {
		assertThat(this.schedule.due().isDue()).isTrue();
		this.schedule.done(this.schedule.due(), Delay.ofMillis(100));
		assertThat(this.schedule.due().isDue()).isFalse();
		assertThat(this.schedule.untilNext()).isEqualTo(Delay.ofMillis(100));
		pass(99);
		assertThat(this.schedule.due().isDue()).isFalse();
		pass(1);
		assertThat(this.schedule.due()).matches(SweepSchedule.Due::isDue).matches((due) -> !due.deadline());
	}

	@Test
	void knownDeadlinesAreDueInOrder() {
		this.schedule.done(this.schedule.due(), Delay.NEVER);
		assertThat(this.schedule.untilNext()).isEqualTo(Delay.NEVER);
		this.schedule.deadlineIn(300);
		this.schedule.deadlineIn(100);
		assertThat(this.schedule.untilNext().toMillis()).isEqualTo(101);
		pass(101);
		assertThat(this.schedule.due()).matches(SweepSchedule.Due::isDue).matches(SweepSchedule.Due::deadline);
		this.schedule.done(this.schedule.due(), Delay.NEVER);
		assertThat(this.schedule.due().isDue()).isFalse();
		pass(200);
		assertThat(this.schedule.due().deadline()).isTrue();
	}

	@Test
	void aDeadlineThatBecomesKnownDuringASweepIsKept() {
		SweepSchedule.Due due = this.schedule.due();
		this.schedule.deadlineIn(0);
		this.schedule.done(due, Delay.NEVER);
		pass(1);
		assertThat(this.schedule.due().deadline()).isTrue();
	}

	@Test
	void aSweepThatFailedIsStillDue() {
		this.schedule.done(this.schedule.due(), Delay.NEVER);
		this.schedule.deadlineIn(1);
		pass(10);
		assertThat(this.schedule.due().deadline()).isTrue();
		assertThat(this.schedule.due().deadline()).isTrue();
		assertThat(this.schedule.untilNext()).isEqualTo(Delay.NONE);
	}

	@Test
	void isDueAtOnceAfterARest() {
		this.schedule.done(this.schedule.due(), Delay.NEVER);
		this.schedule.deadlineIn(500);
		this.schedule.rest();
		assertThat(this.schedule.due()).matches(SweepSchedule.Due::isDue).matches((due) -> !due.deadline());
		this.schedule.done(this.schedule.due(), Delay.NEVER);
		assertThat(this.schedule.untilNext()).isEqualTo(Delay.NEVER);
	}

	@Test
	void timeOfTheServerIsConvertedByTheClockOfTheServer() {
		AtomicLong millis = new AtomicLong(1_000_000);
		ServerClock clock = new ServerClock(millis::get);
		assertThat(clock.millisUntil(1_000_100)).isEqualTo(101);
		clock.observe(2_000_000);
		assertThat(clock.millisUntil(2_000_100)).isEqualTo(101);
		assertThat(clock.millisUntil(1_000_100)).isEqualTo(1);
		millis.addAndGet(60);
		assertThat(clock.millisUntil(2_000_100)).isEqualTo(41);
	}

	private void pass(long millis) {
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
	}

}
