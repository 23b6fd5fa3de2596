package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.redis.RedisConnections;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * {@link ExpiredAcknowledger}: what it claims, with a store that fails when the test
 * says.
 */
class ExpiredAcknowledgerTests {

	private final RedisConnections connections = mock();

	private final GroupMember member = mock();

	private final HandledExpiries handled = mock();

	private final InFlight inFlight = new InFlight(10, 1000);

	private final ExpiredAcknowledger acknowledger = new ExpiredAcknowledger(this.connections, this.member,
			this.inFlight, mock(), mock(), this.handled, Duration.ofHours(3));

	@Test
	@Timeout(20)
	void claimsWhatIsInFlightAsSoonAsAnOutageIsOver() throws InterruptedException {
		RedisConnection connection = mock();
		AtomicBoolean away = new AtomicBoolean(true);
		willAnswer((call) -> {
			if (away.getAndSet(false)) {
				throw new RedisConnectionFailureException("from the test");
			}
			call.<Consumer<RedisConnection>>getArgument(0).accept(connection);
			return null;
		}).given(this.connections).run(any());
		given(this.handled.acknowledge(any(), any())).willReturn(true);
		CountDownLatch touched = new CountDownLatch(1);
		willAnswer((call) -> {
			touched.countDown();
			return null;
		}).given(this.member).touch(connection, List.of("1-0"));
		this.inFlight.add("1-0");
		Thread thread = new Thread(this.acknowledger);
		thread.start();
		try {
			touched.await();
		}
		finally {
			this.acknowledger.stop();
			thread.join();
		}
	}

}
