package io.github.kvevents.support;

import java.util.concurrent.ExecutionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.MockedStatic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.mockStatic;

/**
 * {@link SharedCall} where the JVM can't create a thread.
 */
class SharedCallTests {

	private final SharedCall<String> call = new SharedCall<>(() -> "done", "kv-test-shared");

	@Test
	@Timeout(20)
	void callIsMadeAgainOnceThereAreThreads() throws InterruptedException, ExecutionException {
		Thread none = new Thread() {

			@Override
			public synchronized void start() {
				throw new OutOfMemoryError("unable to create native thread");
			}

		};
		try (MockedStatic<DaemonThreads> threads = mockStatic(DaemonThreads.class, CALLS_REAL_METHODS)) {
			threads.when(() -> DaemonThreads.single(any(), any())).thenReturn(none);
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(this.call::start);
		}
		assertThat(this.call.start().get()).isEqualTo("done");
	}

}
