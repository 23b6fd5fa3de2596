package io.github.kvevents.sample.receipt;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.sample.order.Orders;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The retries of the receipts, by a clock that the test moves.
 */
@KvEventsTest({ Orders.class, MailServer.class, ReceiptListener.class })
class ReceiptRetryTests {

	private final Orders orders;

	private final MailServer mail;

	private final KvTestClock clock;

	private final KvDeadLetters deadLetters;

	ReceiptRetryTests(@Autowired Orders orders, @Autowired MailServer mail, @Autowired KvTestClock clock,
			@Autowired KvListenerRegistry listeners) {
		this.orders = orders;
		this.mail = mail;
		this.clock = clock;
		this.deadLetters = listeners.find("receipts").orElseThrow().getDeadLetters();
	}

	@Test
	void receiptIsSentInTheSecondAttempt() {
		this.mail.setUp(false);
		pay("1");
		this.clock.settle();
		this.mail.setUp(true);
		this.clock.advance(Duration.ofMillis(99));
		assertThat(this.mail.sent()).isZero();
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.mail.sent()).isEqualTo(1);
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.mail.sent()).isEqualTo(1);
		assertThat(this.deadLetters.count()).isZero();
	}

	@Test
	void receiptThatIsRefusedThreeTimesIsADeadLetterUntilItIsRedriven() {
		this.mail.setUp(false);
		pay("2");
		this.clock.advance(Duration.ofMillis(299));
		assertThat(this.deadLetters.count()).isZero();
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.deadLetters.list(10)).singleElement()
			.satisfies((letter) -> assertThat(letter.attempts()).isEqualTo(3));
		assertThat(this.deadLetters.redriveAll(10)).as("the mail server is still down").isZero();
		this.mail.setUp(true);
		assertThat(this.deadLetters.redriveAll(10)).isEqualTo(1);
		assertThat(this.mail.sent()).isEqualTo(1);
	}

	@Test
	void onlyAPaidOrderHasAReceipt() {
		this.orders.place("pending", Duration.ofHours(1));
		this.orders.place("lapsed", Duration.ofMinutes(1));
		pay("3");
		this.clock.advance(Duration.ofMinutes(30));
		assertThat(this.mail.sent()).isEqualTo(1);
	}

	private void pay(String id) {
		this.orders.place(id, Duration.ofMinutes(15));
		assertThat(this.orders.pay(id)).isTrue();
	}

}
