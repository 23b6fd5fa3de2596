package io.github.kvevents.sample.order;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

/**
 * An order, as it is stored under {@code order:<id>}. It stays, unlike its checkout.
 *
 * @param id its id
 * @param status where it stands
 * @param placedAt when it was placed
 * @param deadline until when it can be paid
 * @param expiredAt when the expiry was noticed, {@code null} unless it expired
 * @param latenessMillis how long after the deadline that was, {@code null} unless it
 * expired
 */
public record Order(String id, OrderStatus status, Instant placedAt, Instant deadline, @Nullable Instant expiredAt,
		@Nullable Long latenessMillis) {

	static Order placed(String id, Instant now, Duration timeToPay) {
		Instant placedAt = now.truncatedTo(ChronoUnit.MILLIS);
		return new Order(id, OrderStatus.PENDING, placedAt, placedAt.plus(timeToPay), null, null);
	}

	Order paid() {
		return new Order(this.id, OrderStatus.PAID, this.placedAt, this.deadline, null, null);
	}

	Order expired(Instant deadline, Duration lateness) {
		return new Order(this.id, OrderStatus.EXPIRED, this.placedAt, this.deadline, deadline.plus(lateness),
				lateness.toMillis());
	}

	boolean isPending() {
		return this.status == OrderStatus.PENDING;
	}

}
