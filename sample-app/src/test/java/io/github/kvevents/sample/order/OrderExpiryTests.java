package io.github.kvevents.sample.order;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Orders and the hook that cancels them, by a clock that the test moves.
 */
@KvEventsTest({ Orders.class, OrderExpiry.class })
class OrderExpiryTests {

	private static final Duration TIME_TO_PAY = Duration.ofMinutes(15);

	private final Orders orders;

	private final KvTemplate kv;

	private final KvTestClock clock;

	private final RecordedKvEvents events;

	OrderExpiryTests(@Autowired Orders orders, @Autowired KvTemplate kv, @Autowired KvTestClock clock,
			@Autowired RecordedKvEvents events) {
		this.orders = orders;
		this.kv = kv;
		this.clock = clock;
		this.events = events;
	}

	@Test
	void orderThatNobodyPaidExpiresAtItsDeadline() {
		Instant start = this.clock.instant();
		this.orders.place("lapsed", TIME_TO_PAY);
		Order placed = order("lapsed");
		this.clock.advance(TIME_TO_PAY.minusMillis(1));
		assertThat(order("lapsed").status()).isEqualTo(OrderStatus.PENDING);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(order("lapsed").status()).isEqualTo(OrderStatus.EXPIRED);
		assertThat(order("lapsed").expiredAt()).isEqualTo(start.plus(TIME_TO_PAY));
		assertThat(order("lapsed").latenessMillis()).isZero();
		assertThat(this.events).expired("checkout:lapsed").hasValue(placed).once();
		assertThat(this.orders.pay("lapsed")).isFalse();
	}

	/** As when its instance dies before it could say that the hook was done. */
	@Test
	void expiryThatIsDeliveredTwiceChangesNothing() {
		this.orders.place("twice", TIME_TO_PAY);
		Order placed = order("twice");
		this.clock.advance(TIME_TO_PAY);
		Order expired = order("twice");
		this.kv.set("checkout:twice", placed, Duration.ofMillis(1));
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.events).expired("checkout:twice").hasValue(placed).twice();
		assertThat(order("twice")).isEqualTo(expired);
	}

	@Test
	void startsAnewOnceAnOrderExpired() {
		this.orders.place("reborn", TIME_TO_PAY);
		this.clock.advance(TIME_TO_PAY);
		this.orders.place("reborn", TIME_TO_PAY);
		assertThat(order("reborn").isPending()).isTrue();
		assertThat(order("reborn").placedAt()).isEqualTo(this.clock.instant());
	}

	@Test
	void paidOrderNeverExpires() {
		this.orders.place("safe", TIME_TO_PAY);
		assertThat(this.orders.pay("safe")).isTrue();
		this.clock.advance(TIME_TO_PAY.multipliedBy(2));
		assertThat(this.events).deleted("checkout:safe").once().expired("checkout:safe").never();
		assertThat(order("safe").status()).isEqualTo(OrderStatus.PAID);
	}

	/** The key of an order that was paid is left behind, as by a crash in between. */
	@Test
	void paidOrderDoesNotExpireThoughItsKeyDoes() {
		this.orders.place("crashed", TIME_TO_PAY);
		Order placed = order("crashed");
		this.orders.pay("crashed");
		this.kv.set("checkout:crashed", placed, TIME_TO_PAY);
		this.clock.advance(TIME_TO_PAY);
		assertThat(this.events).expired("checkout:crashed").once();
		assertThat(order("crashed").status()).isEqualTo(OrderStatus.PAID);
	}

	/**
	 * An expiry that is delivered late must not end the order that was placed meanwhile.
	 */
	@Test
	void expiryOfAnEarlierOrderDoesNotEndANewOne() {
		this.orders.place("renewed", TIME_TO_PAY);
		Order earlier = order("renewed");
		this.clock.advance(TIME_TO_PAY);
		this.orders.place("renewed", TIME_TO_PAY.multipliedBy(2));
		this.kv.set("checkout:renewed", earlier, SetOptions.defaults().timeToLive(Duration.ofMillis(1)));
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.events).expired("checkout:renewed").hasValue(earlier).twice();
		assertThat(order("renewed").isPending()).isTrue();
	}

	private Order order(String id) {
		return this.kv.get("order:" + id, Order.class).orElseThrow();
	}

}
