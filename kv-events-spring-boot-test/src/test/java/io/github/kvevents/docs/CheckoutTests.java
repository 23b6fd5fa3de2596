package io.github.kvevents.docs;

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

	@Test
	void orderThatNobodyPaysExpiresAfterFifteenMinutes() {
		Checkout.Order order = new Checkout.Order("1", 4200);
		this.checkout.begin(order);
		this.clock.advance(Duration.ofMinutes(14));
		assertThat(this.events).expired("checkout:1").never();
		this.clock.advance(Duration.ofMinutes(1)); // its hooks have run when this returns
		assertThat(this.events).expired("checkout:1").hasValue(order).once();
	}

}
