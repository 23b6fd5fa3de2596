package io.github.kvevents.watch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.watch.WatchSource.ReplaySource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A watch that several threads read while it reads the change log.
 */
class WatchReaderTests {

	private final WatchSession session = new WatchSession(WatchOptions.all(), Runnable::run);

	@Test
	@Timeout(20)
	void nobodyGetsWhatIsBehindAGapThatAnotherReaderComesTo() throws Exception {
		CompletableFuture<Thread> behind = new CompletableFuture<>();
		this.session.setReplaySource(new GapSource(behind));
		this.session.offer(event("buffered"));
		FutureTask<KvEvent> first = poll();
		Thread reader = new Thread(first);
		reader.start();
		FutureTask<KvEvent> second = poll();
		Thread other = new Thread(second);
		await().until(() -> reader.getState() == Thread.State.WAITING);
		other.start();
		behind.complete(other);
		for (FutureTask<KvEvent> polled : List.of(first, second)) {
			assertThatExceptionOfType(Exception.class).isThrownBy(polled::get)
				.withCauseInstanceOf(PositionTrimmedException.class);
		}
	}

	private FutureTask<KvEvent> poll() {
		Callable<KvEvent> poll = () -> this.session.poll(Duration.ofMinutes(1));
		return new FutureTask<>(poll);
	}

	private static KvEvent event(String key) {
		return KvEventBuilder.forKey("test", key, new PlainKvCodec()).value(new byte[] { 1 }).set(KvEventType.SET);
	}

	/**
	 * Comes to a gap while another reader waits for it, and reads on behind that if it is
	 * asked to.
	 */
	private static final class GapSource implements ReplaySource {

		private final CompletableFuture<Thread> behind;

		private boolean passed;

		GapSource(CompletableFuture<Thread> behind) {
			this.behind = behind;
		}

		@Override
		public synchronized @Nullable KvEvent next() {
			if (this.passed) {
				return event("behind");
			}
			this.passed = true;
			Thread other = this.behind.join();
			await().until(() -> other.getState() == Thread.State.BLOCKED);
			throw new PositionTrimmedException(new KvPosition(0, 1, 0), new KvPosition(0, 5, 0));
		}

	}

}
