package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Turns whose time has come share a thread, unless one takes long.
 */
@Timeout(30)
class LoopThreadsTests {

	private final Deque<Runnable> threads = new ArrayDeque<>();

	private final Deque<Runnable> timers = new ArrayDeque<>();

	private final List<String> ran = new ArrayList<>();

	private final LoopThreads loops = new LoopThreads(this.threads::add) {

		@Override
		void later(Runnable work, long nanos) {
			LoopThreadsTests.this.timers.add(work);
		}

	};

	private Runnable turn(String name) {
		return () -> this.ran.add(name);
	}

	@Test
	void turnsThatAreDueTogetherTakeOneThread() {
		for (String name : List.of("a", "b", "c")) {
			this.loops.executeIn(turn(name), 100);
		}
		for (int timer = 0; timer < 3; timer++) {
			this.timers.remove().run();
		}
		assertThat(this.threads).hasSize(1);
		this.threads.remove().run();
		assertThat(this.ran).containsExactly("a", "b", "c");
		this.timers.forEach(Runnable::run);
		assertThat(this.threads).as("nothing is left").isEmpty();
		this.loops.executeIn(turn("d"), 100);
		this.timers.removeLast().run();
		this.threads.remove().run();
		assertThat(this.ran).endsWith("d");
	}

	@Test
	void oneThatTakesLongIsOvertaken() {
		this.loops.executeIn(() -> {
			this.ran.add("begins");
			this.timers.remove().run();
			// its patience is over
			this.timers.remove().run();
			assertThat(this.threads).hasSize(1);
			this.threads.remove().run();
			this.ran.add("ends");
		}, 100);
		this.loops.executeIn(turn("other"), 100);
		this.timers.remove().run();
		this.threads.remove().run();
		assertThat(this.ran).containsExactly("begins", "other", "ends");
	}

	@Test
	void oneThatAFailureLeftIsOvertakenByTheNextOne() {
		this.loops.executeIn(() -> {
			throw new IllegalStateException("from the test");
		}, 100);
		this.loops.executeIn(() -> {
			this.ran.add("begins");
			this.timers.forEach(Runnable::run);
			this.threads.forEach(Runnable::run);
			this.ran.add("ends");
		}, 100);
		this.loops.executeIn(turn("next"), 100);
		this.timers.remove().run();
		this.timers.remove().run();
		assertThatThrownBy(() -> this.threads.remove().run()).hasMessage("from the test");
		this.timers.remove().run();
		this.threads.remove().run();
		assertThat(this.ran).containsExactly("begins", "next", "ends");
	}

	@Test
	void oneThatFailsDoesNotHoldUpOthers() {
		this.loops.executeIn(() -> {
			throw new IllegalStateException("from the test");
		}, 100);
		this.loops.executeIn(turn("other"), 100);
		this.timers.remove().run();
		this.timers.remove().run();
		assertThatThrownBy(() -> this.threads.remove().run()).hasMessage("from the test");
		this.timers.forEach(Runnable::run);
		this.threads.remove().run();
		assertThat(this.ran).containsExactly("other");
		this.timers.clear();
		this.loops.executeIn(turn("next"), 100);
		this.timers.remove().run();
		this.threads.remove().run();
		assertThat(this.ran).containsExactly("other", "next");
	}

}
