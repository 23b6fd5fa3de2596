package io.github.kvevents.sample.order;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;

/**
 * Orders and their checkouts. Two keys belong to an order:
 * <ul>
 * <li>{@code checkout:<id>} lives until the deadline. While it is there the order can be
 * paid.</li>
 * <li>{@code order:<id>} stays, and says what became of the order.</li>
 * </ul>
 * The checkout is written before its order, with the same value, and removed after the
 * order was paid. So an order that is read as PENDING and whose own checkout is missing
 * after that has expired: no clock needs to be asked. Paying and cancelling both go
 * through compare-and-set, so that exactly one of the two happens to an order, however
 * often either is tried. An id may be used again once its order has expired; the order
 * then starts anew.
 */
@Service
public class Orders {

	/** What the keys of orders begin with. */
	public static final String ORDER = "order:";

	static final String CACHE = "orders";

	static final String CHECKOUT = "checkout:";

	private final KvTemplate kv;

	private final Clock clock;

	Orders(KvTemplate kv, Clock clock) {
		this.kv = kv;
		this.clock = clock;
	}

	/**
	 * Places an order that can be paid for a while.
	 * @param id its id
	 * @param timeToPay how long it can be paid
	 * @throws OrderExistsException if an order with that id is pending or paid
	 */
	public void place(String id, Duration timeToPay) {
		this.kv.get(ORDER + id, Order.class).ifPresent(Orders::requireNotPaid);
		Order order = Order.placed(id, this.clock.instant(), timeToPay);
		KvSetResult claim = this.kv.set(CHECKOUT + id, order, SetOptions.defaults().timeToLive(timeToPay).ifAbsent());
		if (claim == KvSetResult.NOT_APPLIED) {
			throw new OrderExistsException(OrderStatus.PENDING);
		}
		try {
			this.kv.update(ORDER + id, Order.class, (before) -> {
				requireNotPaid(before);
				return order;
			});
		}
		catch (OrderExistsException ex) {
			// it was paid since it was looked at
			removeCheckout(order);
			throw ex;
		}
		if (!hasCheckout(order)) {
			// its expiry may have been noticed, in time, before there was an order to
			// cancel
			cancel(order, order.deadline(), Duration.ZERO);
		}
	}

	/**
	 * Pays an order.
	 * @param id its id
	 * @return whether it was pending and is paid now
	 */
	public boolean pay(String id) {
		Order order = findPending(id);
		if (order == null || !hasCheckout(order)) {
			return false;
		}
		boolean paid = this.kv.compareAndSet(ORDER + id, order, order.paid());
		if (paid) {
			removeCheckout(order);
		}
		return paid;
	}

	/**
	 * Cancels an order whose checkout expired, if it is still as it was placed. Where it
	 * was paid, cancelled or placed anew, that stands.
	 * @param order the order as it was placed
	 * @param deadline when it expired
	 * @param lateness how long after that it was noticed
	 */
	void cancel(Order order, Instant deadline, Duration lateness) {
		this.kv.compareAndSet(ORDER + order.id(), order, order.expired(deadline, lateness));
	}

	/**
	 * How long an order can still be paid.
	 * @param id its id
	 * @return the time left, empty if it isn't pending
	 */
	public Optional<Duration> timeLeft(String id) {
		return this.kv.getTimeToLive(CHECKOUT + id);
	}

	/**
	 * An order, through the cache. {@code sync} makes an eviction wait for a load that is
	 * under way, so that no stale order stays.
	 * @param id its id
	 * @return the order
	 * @throws OrderNotFoundException if there is none: that isn't cached
	 */
	@Cacheable(cacheNames = CACHE, sync = true)
	public Order find(String id) {
		return this.kv.get(ORDER + id, Order.class).orElseThrow(OrderNotFoundException::new);
	}

	private static void requireNotPaid(@Nullable Order order) {
		if (order != null && order.status() == OrderStatus.PAID) {
			throw new OrderExistsException(OrderStatus.PAID);
		}
	}

	private @Nullable Order findPending(String id) {
		return this.kv.get(ORDER + id, Order.class).filter(Order::isPending).orElse(null);
	}

	private boolean hasCheckout(Order order) {
		return this.kv.get(CHECKOUT + order.id(), Order.class).filter(order::equals).isPresent();
	}

	/** Removes the order's own checkout, and not that of a new order with the same id. */
	private void removeCheckout(Order order) {
		this.kv.update(CHECKOUT + order.id(), Order.class, (current) -> order.equals(current) ? null : current);
	}

}
