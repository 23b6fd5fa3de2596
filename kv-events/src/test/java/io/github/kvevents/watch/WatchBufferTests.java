package io.github.kvevents.watch;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who waits for what is in the buffer of a watch.
 */
@Timeout(60)
class WatchBufferTests {

	private final WatchBuffer buffer = new WatchBuffer(WatchOptions.all());

	@Test
	void eventWakesWhoWaitsForOneAlsoBehindWhoWaitsForTheEnd() throws Exception {
		Thread forTheEnd = waiting(() -> this.buffer.awaitEnd(TimeUnit.MINUTES.toNanos(1)));
		Thread forAnEvent = waiting(() -> this.buffer.await(TimeUnit.MINUTES.toNanos(1)));
		assertThat(this.buffer.offer(event())).isTrue();
		forAnEvent.join(TimeUnit.SECONDS.toMillis(20));
		assertThat(forAnEvent.isAlive()).isFalse();
		assertThat(forTheEnd.isAlive()).isTrue();
		this.buffer.end(null);
		forTheEnd.join(TimeUnit.SECONDS.toMillis(20));
		assertThat(forTheEnd.isAlive()).isFalse();
	}

	private static Thread waiting(Wait wait) {
		Thread thread = new Thread(() -> {
			try {
				wait.run();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		return thread;
	}

	private static KvEvent event() {
		return KvEventBuilder.forKey("test", "key", new PlainKvCodec()).value(new byte[] { 1 }).set(KvEventType.SET);
	}

	/**
	 * A wait.
	 */
	private interface Wait {

		void run() throws InterruptedException;

	}

}
