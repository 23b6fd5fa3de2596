package io.github.kvevents.sample;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.log.StartPosition;
import io.github.kvevents.sample.Fleet.Instance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application stops, and runs again on the same Redis.
 */
@ExtendWith(OutputCaptureExtension.class)
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
	void theLogOfTheStartEndsWithTheAddressOfThePage(CapturedOutput output) {
		Instance instance = this.fleet.start();
		// threads of the background may log at any time
		assertThat(output.getOut().lines().filter((line) -> line.contains("main] "))).last()
			.asString()
			.endsWith("The page is at http://localhost:" + instance.port() + "/");
	}

	@Test
	void theAuditResumesFromItsCheckpoint() {
		Instance first = this.fleet.start();
		first.api().placed("audited", 600);
		awaitTrail(first, 2);
		first.listener("audit").pause();
		Awaitility.await().until(() -> first.listener("audit").getState().name().equals("PAUSED"));
		first.api().placed("not-yet", 600);
		first.stop();
		Instance second = this.fleet.start();
		second.api().placed("later", 600);
		assertThat(keys(second)).as("a pause outlives the application")
			.containsExactly("order:audited", "checkout:audited");
		second.listener("audit").resume();
		awaitTrail(second, 6);
		assertThat(keys(second)).containsExactly("order:later", "checkout:later", "order:not-yet", "checkout:not-yet",
				"order:audited", "checkout:audited");
		assertThat(second.listener("audit").getStats().processed()).as("what was audited is not redelivered")
			.isEqualTo(4);
	}

	@Test
	void aSecondDeliveryDoesNotShowTwice() {
		Instance instance = this.fleet.start();
		instance.api().paid("audited");
		awaitTrail(instance, 5);
		List<Map<String, Object>> trail = instance.api().list("/audit");
		instance.listener("audit").seek(StartPosition.earliest());
		instance.listener("receipts").seek(StartPosition.earliest());
		Awaitility.await().until(() -> instance.listener("audit").getStats().processed() == 10);
		Awaitility.await().until(() -> instance.listener("receipts").getStats().processed() == 2);
		assertThat(instance.api().list("/audit")).isEqualTo(trail);
		assertThat(instance.api().object("/mail")).containsEntry("sent", 1);
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

	private static void awaitTrail(Instance instance, int entries) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(instance.api().list("/audit")).hasSize(entries));
	}

	private static List<Object> keys(Instance instance) {
		return instance.api().list("/audit").stream().map((entry) -> entry.get("key")).toList();
	}

}
