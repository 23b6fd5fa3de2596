package io.github.kvevents.support;

import java.util.concurrent.ExecutionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.fixture.NoThreads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link SharedCall} where the JVM can't create a thread.
 */
class SharedCallTests {

	private final SharedCall<String> call = new SharedCall<>(() -> "done", "kv-test-shared");

	@Test
	@Timeout(20)
	void callIsMadeAgainOnceThereAreThreads() throws InterruptedException, ExecutionException {
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> NoThreads.during(() -> assertThat(this.call.start()).isNull()));
		assertThat(this.call.start().get()).isEqualTo("done");
	}

}
