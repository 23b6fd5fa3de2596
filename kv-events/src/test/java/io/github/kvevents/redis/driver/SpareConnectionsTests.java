package io.github.kvevents.redis.driver;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SpareConnections} and what is kept there.
 */
class SpareConnectionsTests {

	private final SpareConnections<ReusedConnection<Integer>> spares = new SpareConnections<>();

	private final Set<Integer> closed = new HashSet<>();

	@Test
	void allThatShareAnEndedConnectionAreClosedOnceOneIsFound() throws Exception {
		Object before = new Object();
		Object after = new Object();
		for (int number = 0; number < 3; number++) {
			int kept = number;
			inThread(() -> keep(kept, before));
		}
		inThread(() -> keep(3, after));
		while (this.closed.isEmpty()) {
			// each thread looks at another place
			inThread(() -> ReusedConnection.take(this.spares, after));
		}
		assertThat(this.closed).contains(0, 1, 2);
	}

	private void keep(int number, Object shared) {
		ReusedConnection<Integer> reused = new ReusedConnection<>(mock(RedisConnection.class), shared, this.spares,
				this.closed::add);
		reused.watchedBy(number);
		reused.open();
		reused.close();
		assertThat(this.closed).isEmpty();
	}

	private static void inThread(Runnable task) throws InterruptedException {
		Thread thread = new Thread(task);
		thread.start();
		thread.join();
	}

}
