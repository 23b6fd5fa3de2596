package io.github.kvevents.sample;

import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class ReceiptTests {

	private static final String LISTENER = "/actuator/kvlisteners/receipts";

	private final Api api;

	private final KvTemplate kv;

	private final KvSubscription receipts;

	ReceiptTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @Autowired KvListenerRegistry listeners) {
		this.api = new Api(rest);
		this.kv = kv;
		this.receipts = listeners.find("receipts").orElseThrow();
	}

	@AfterEach
	void repair() {
		this.api.mail(true);
		this.receipts.getDeadLetters().redriveAll(100);
	}

	@Test
	void sendsAReceiptForAPaidOrderAndForNoOther() {
		int before = sent();
		this.api.placed("receipt-lapsed", 1);
		this.api.awaitStatus("receipt-lapsed", "EXPIRED");
		this.api.placed("receipt-pending", 600);
		this.api.paid("receipt-paid");
		Awaitility.await().until(() -> sent() > before);
		awaitIdle();
		assertThat(sent()).isEqualTo(before + 1);
	}

	@Test
	void sendsAnotherReceiptForAnotherOrderWithTheSameId() {
		int before = sent();
		this.api.paid("receipt-again");
		this.kv.delete("order:receipt-again");
		this.api.paid("receipt-again");
		Awaitility.await().until(() -> sent() == before + 2);
	}

	@Test
	void putsAsideWhatTheMailServerRefusesAndSendsItAgain() {
		int before = sent();
		this.api.mail(false);
		this.api.paid("receipt-refused");
		Awaitility.await().until(() -> deadLetters() == 1);
		this.api.placed("receipt-beside", 600);
		awaitIdle();
		assertThat(this.receipts.getDeadLetters().list(10)).singleElement().satisfies((letter) -> {
			assertThat(letter.attempts()).isEqualTo(3);
			assertThat(letter.event().getKey()).isEqualTo("order:receipt-refused");
		});
		redrive();
		assertThat(deadLetters()).as("the mail server is still down").isEqualTo(1);
		assertThat(sent()).isEqualTo(before);
		this.api.mail(true);
		redrive();
		assertThat(deadLetters()).isZero();
		assertThat(sent()).isEqualTo(before + 1);
	}

	@Test
	void namesTheSwitchThatIsMissing() {
		Api.problem(this.api.post("/mail", Map.of()), 400).jsonPath("$.errors[*].field").isEqualTo("up");
		assertThat(this.api.object("/mail")).containsEntry("up", true);
	}

	private void redrive() {
		this.api.post(LISTENER, Map.of("action", "redrive")).expectStatus().is2xxSuccessful();
	}

	private void awaitIdle() {
		Awaitility.await().until(() -> this.api.number(LISTENER, "lag") == 0);
	}

	private int deadLetters() {
		return this.api.number(LISTENER, "deadLetters");
	}

	private int sent() {
		return this.api.number("/mail", "sent");
	}

}
