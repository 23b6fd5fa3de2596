package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.support.Delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A loop takes its turns one after the other, misses no wake-up whenever it comes, and
 * holds no thread between them. The test decides what runs when.
 */
@Timeout(30)
class PooledLoopTests {

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final List<Timer> timers = new ArrayList<>();

	private long now = Long.MAX_VALUE - 1000;

	private final LoopThreads threads = new LoopThreads(this.tasks::add) {

		@Override
		void executeIn(Runnable turn, long nanos) {
			PooledLoopTests.this.timers.add(new Timer(turn, PooledLoopTests.this.now + nanos));
		}

	};

	private final PooledLoop loop = new PooledLoop(this.threads, () -> this.now);

	private int turns;

	private @Nullable Delay pause = Delay.ofNanos(5000);

	private Runnable during = () -> {
	};

	private @Nullable Delay turn() {
		this.turns++;
		Runnable during = this.during;
		this.during = () -> {
		};
		during.run();
		return this.pause;
	}

	private void start() {
		this.loop.start(this::turn);
		runTasks();
		assertThat(this.turns).isEqualTo(1);
	}

	private void runTasks() {
		while (!this.tasks.isEmpty()) {
			this.tasks.remove().run();
		}
	}

	private void pass(long nanos) {
		this.now += nanos;
		for (Timer timer : List.copyOf(this.timers)) {
			if (timer.at - this.now <= 0) {
				this.timers.remove(timer);
				timer.work.run();
			}
		}
	}

	@Test
	void takesNoTurnBeforeItsTimeAndOneThen() {
		start();
		pass(4999);
		assertThat(this.turns).isEqualTo(1);
		pass(1);
		assertThat(this.turns).isEqualTo(2);
		assertThat(this.loop.isIdle()).isTrue();
	}

	@Test
	void aWakeUpBetweenTwoTurnsBringsTheNextOne() {
		start();
		this.loop.wakeUp();
		assertThat(this.loop.isIdle()).as("a turn is to come").isFalse();
		this.loop.wakeUp();
		assertThat(this.tasks).as("one turn serves both").hasSize(1);
		runTasks();
		assertThat(this.turns).isEqualTo(2);
	}

	@Test
	void aWakeUpDuringATurnBringsAnotherOne() {
		this.during = this.loop::wakeUp;
		this.loop.start(this::turn);
		runTasks();
		assertThat(this.turns).isEqualTo(2);
		assertThat(this.loop.isIdle()).isTrue();
	}

	@Test
	void aWakeUpBeforeTheStartIsNotLost() {
		this.loop.wakeUp();
		assertThat(this.tasks).isEmpty();
		start();
	}

	@Test
	void timeThatIsUpDuringATurnBringsNoSecondTurnAtATime() {
		start();
		this.loop.wakeUp();
		this.during = () -> {
			pass(6000);
			assertThat(this.tasks).isEmpty();
			assertThat(this.turns).isEqualTo(2);
		};
		runTasks();
		assertThat(this.turns).isEqualTo(2);
		pass(5000);
		assertThat(this.turns).isEqualTo(3);
	}

	@Test
	void timeThatIsUpWhileATurnIsQueuedBringsNoSecondOne() {
		start();
		this.loop.wakeUp();
		pass(6000);
		runTasks();
		assertThat(this.turns).isEqualTo(2);
	}

	@Test
	void aLoopThatIsWokenOftenHasOneTimer() {
		start();
		for (int count = 0; count < 100; count++) {
			this.now += 10;
			this.loop.wakeUp();
			runTasks();
		}
		assertThat(this.timers).hasSize(1);
		pass(4000);
		assertThat(this.turns).as("the time was counted anew").isEqualTo(101);
		assertThat(this.timers).as("the rest").hasSize(1);
		pass(1000);
		assertThat(this.turns).isEqualTo(102);
	}

	@Test
	void aTimerThatWasLostIsReplacedWithTheNextTurn() {
		start();
		this.timers.clear();
		this.now += 5001;
		this.loop.wakeUp();
		runTasks();
		pass(5000);
		assertThat(this.turns).isEqualTo(3);
	}

	@Test
	void aShorterPauseCountsAtOnce() {
		start();
		this.pause = Delay.ofNanos(70);
		this.loop.wakeUp();
		runTasks();
		pass(70);
		assertThat(this.turns).isEqualTo(3);
	}

	@Test
	void noPauseMeansAtOnceAndNeverOnlyAWakeUp() {
		this.pause = Delay.NONE;
		this.during = () -> this.during = () -> this.pause = Delay.NEVER;
		this.loop.start(this::turn);
		runTasks();
		assertThat(this.turns).isEqualTo(2);
		assertThat(this.timers).isEmpty();
		this.loop.wakeUp();
		runTasks();
		assertThat(this.turns).isEqualTo(3);
	}

	@Test
	void endsOnceAndForGood() throws Exception {
		start();
		this.pause = null;
		this.loop.wakeUp();
		runTasks();
		assertThat(this.loop.isEnded()).isTrue();
		this.loop.awaitEnd(TimeUnit.SECONDS.toMillis(30));
		this.loop.wakeUp();
		pass(10_000);
		runTasks();
		assertThat(this.turns).isEqualTo(2);
	}

	@Test
	void whatATurnThrowsEndsIt() {
		start();
		this.loop.wakeUp();
		this.during = () -> {
			throw new IllegalStateException("from the test");
		};
		assertThatThrownBy(this::runTasks).hasMessage("from the test");
		assertThat(this.loop.isEnded()).isTrue();
	}

	@Test
	void anInterruptReachesTheTurnAndNothingBehindIt() {
		this.loop.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		Supplier<Boolean> isRunner = this.loop::isRunner;
		this.during = () -> {
			assertThat(isRunner.get()).isTrue();
			this.loop.interrupt();
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
		};
		start();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(isRunner.get()).isFalse();
	}

	private static final class Timer {

		private final Runnable work;

		private final long at;

		Timer(Runnable work, long at) {
			this.work = work;
			this.at = at;
		}

	}

}
