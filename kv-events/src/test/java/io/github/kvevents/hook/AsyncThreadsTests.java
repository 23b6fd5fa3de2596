package io.github.kvevents.hook;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link AsyncThreads}: what comes while the application stops.
 */
class AsyncThreadsTests {

	private final AsyncThreads threads = new AsyncThreads(HookSettings.defaults(), Thread::new);

	/**
	 * Of a hook that is registered behind that, nobody would wait for the events.
	 */
	@Test
	void takesNoMoreEventsBeforeItLooksWhichHooksThereAre() {
		assertThat(this.threads.isAccepting()).isTrue();
		this.threads.drain(() -> {
			assertThat(this.threads.isAccepting()).isFalse();
			return List.of();
		});
	}

}
