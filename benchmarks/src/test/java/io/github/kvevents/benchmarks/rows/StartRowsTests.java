package io.github.kvevents.benchmarks.rows;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import io.github.kvevents.benchmarks.rows.SmallApplication.Kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StartRows}.
 */
class StartRowsTests {

	@Test
	void applicationThatCanNotBeStartedLeavesNoServerBehind() {
		// no argument of a process may have it
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new StartRows.IdleApplication(Kind.WITHOUT, "\0"));
		assertThat(ProcessHandle.current().descendants()).isEmpty();
	}

}
