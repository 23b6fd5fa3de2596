package io.github.kvevents.docs.start;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.test.AutoConfigureKvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application does when it starts what the page says.
 */
@SpringBootTest
@AutoConfigureKvEventsTest
class ShopApplicationTests {

	@Autowired
	KvTemplate template;

	@Autowired
	KvTestClock clock;

	@Autowired
	RecordedKvEvents events;

	@Test
	void beginsACheckoutThatExpiresAfterTenSeconds() {
		Checkout.Order order = new Checkout.Order("1", 4200);
		assertThat(this.template.get("checkout:1", Checkout.Order.class)).contains(order);
		this.clock.advance(Duration.ofMillis(9999));
		assertThat(this.events).expired("checkout:1").never();
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.events).expired("checkout:1").hasValue(order).once();
	}

}
