package io.github.kvevents.sample;

import java.io.IOException;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.sample.Fleet.Instance;

/**
 * The application stops, and runs again on the same Redis.
 */
class RestartTests {

	private Fleet fleet;

	@BeforeEach
	void startRedis() throws IOException {
		this.fleet = new Fleet();
	}

	@AfterEach
	void stop() throws IOException {
		this.fleet.close();
	}

	@Test
	void theBoardShowsWhatExistsAndWhatWasMissed() {
		Instance first = this.fleet.start();
		first.api().placed("kept", 600);
		first.api().placed("lapsed", 1);
		first.stop();
		this.fleet.awaitNoKeys("checkout:lapsed");
		Instance second = this.fleet.start();
		second.awaitBoard(Map.of("kept", "PENDING", "lapsed", "EXPIRED"));
		second.api().pay("kept").expectStatus().isOk();
		second.awaitBoard(Map.of("kept", "PAID", "lapsed", "EXPIRED"));
	}

}
