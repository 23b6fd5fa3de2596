package io.github.kvevents.support;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoopHealth}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LoopHealthTests {

	private final RuntimeException refused = new IllegalStateException(
			"NOPERM this user has no permissions to run the 'xread' command");

	private final AtomicLong clock = new AtomicLong();

	private final LoopHealth health = new LoopHealth(LoopHealthTests.class, "The work", this.clock::get);

	@Test
	void refusalIsSaidOnceAlthoughSomeTurnsHaveNoUseForWhatIsRefused(CapturedOutput output) {
		for (int turn = 0; turn < 3; turn++) {
			this.health.failed(this.refused);
			this.clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
			this.health.succeeded();
			this.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
			this.health.succeeded();
		}
		assertThat(output).containsOnlyOnce("The work is refused").doesNotContain("resumes");
		this.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
		this.health.succeeded();
		assertThat(output).containsOnlyOnce("The work resumes");
		this.health.failed(this.refused);
		assertThat(output.toString().split("The work is refused", -1)).hasSize(3);
	}

	@Test
	void otherFailureEndsWithTheFirstSuccess(CapturedOutput output) {
		this.health.failed(new IllegalStateException("other"));
		this.health.succeeded();
		assertThat(output).containsOnlyOnce("The work resumes");
	}

}
