package io.github.kvevents.docs.start;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;

import static org.assertj.core.api.Assertions.assertThat;

@KvEventsTest(Checkout.class)
class CheckoutTests {

	@Autowired
	Checkout checkout;

	@Autowired
	KvTestClock clock;

	@Autowired
	RecordedKvEvents events;

	private final Checkout.Order order = new Checkout.Order("1", 4200);

	@Test
	void orderThatNobodyPaysExpires() {
		this.checkout.begin(this.order, Duration.ofMinutes(15));
		this.clock.advance(Duration.ofMinutes(15));
		assertThat(this.events).expired("checkout:1").hasValue(this.order).once();
	}

	@Test
	void paidOrderDoesNotExpire() {
		this.checkout.begin(this.order, Duration.ofMinutes(15));
		assertThat(this.checkout.pay(this.order)).isTrue();
		this.clock.advance(Duration.ofDays(1));
		assertThat(this.events).expired("checkout:1").never();
	}

}
