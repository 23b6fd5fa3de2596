package io.github.kvevents.redis.expiry;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InFlight}.
 */
class InFlightTests {

	private final InFlight inFlight = new InFlight(10, 1000);

	@Test
	void capacityLimitsTheExpiriesInFlight() throws Exception {
		for (int number = 0; number < 10; number++) {
			assertThat(this.inFlight.awaitRoom(0)).isEqualTo(10 - number);
			assertThat(this.inFlight.add("id" + number)).isTrue();
			assertThat(this.inFlight.add("id" + number)).isFalse();
		}
		assertThat(this.inFlight.awaitRoom(0)).isZero();
	}

	@Test
	void bytesLimitTheHandledExpiries() throws Exception {
		TakenExpiry first = take("first", 600);
		assertThat(this.inFlight.awaitRoom(0)).isEqualTo(9);
		TakenExpiry second = take("second", 5000);
		assertThat(this.inFlight.awaitRoom(0)).isZero();
		assertThat(this.inFlight.awaitBytes(0)).isFalse();
		this.inFlight.done(second);
		assertThat(this.inFlight.awaitRoom(0)).as("it is in flight, and no longer in memory").isEqualTo(8);
		assertThat(this.inFlight.awaitBytes(0)).isTrue();
		this.inFlight.handling(second);
		this.inFlight.handling(second);
		this.inFlight.done(second);
		this.inFlight.done(first);
		assertThat(this.inFlight.awaitBytes(0)).isTrue();
	}

	@Test
	void expiryThatLeavesWhileItIsReadIsNotNew() {
		this.inFlight.add("claimed");
		try (InFlight.Reading reading = this.inFlight.openReading()) {
			assertThat(reading.add("claimed")).as("in flight").isFalse();
			assertThat(reading.add("other")).isTrue();
			this.inFlight.remove(List.of("claimed"));
			assertThat(reading.add("claimed")).as("left meanwhile").isFalse();
			assertThat(this.inFlight.ids()).containsExactly("other");
		}
		try (InFlight.Reading reading = this.inFlight.openReading()) {
			assertThat(reading.add("claimed")).as("handed back later").isTrue();
		}
	}

	private TakenExpiry take(String id, int size) {
		TakenExpiry expiry = new TakenExpiry(id, "k", size, null);
		this.inFlight.add(id);
		this.inFlight.handling(expiry);
		return expiry;
	}

}
