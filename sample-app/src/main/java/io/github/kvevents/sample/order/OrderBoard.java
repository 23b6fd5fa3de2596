package io.github.kvevents.sample.order;

import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import org.springframework.web.server.ResponseStatusException;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvCollection;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.watch.KvWatch;

/**
 * All orders in memory, from a watch: first what exists, then each change of the fleet. A
 * watch that ends, since this was too slow or was cut off for too long, is opened again,
 * and until that has replayed what exists the board shows what it had.
 */
@Component
class OrderBoard implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(OrderBoard.class);

	private static final int LISTED = 100;

	private static final int BUFFER = 1000;

	private final KvCollection<Order> collection;

	private final ApplicationEventPublisher publisher;

	/** By key; {@code null} until all of them were read. */
	private volatile @Nullable Map<String, Order> orders;

	private BackOffExecution backOff = newBackOff();

	private volatile @Nullable Thread thread;

	OrderBoard(KvTemplate kv, ApplicationEventPublisher publisher) {
		this.collection = kv.collection("order", Order.class);
		this.publisher = publisher;
	}

	/** The newest orders, newest first. */
	List<Order> newest() {
		return loaded().values()
			.stream()
			.sorted(Comparator.comparing(Order::placedAt).reversed().thenComparing(Order::id))
			.limit(LISTED)
			.toList();
	}

	/** How many orders there are of each status, listed or not. */
	Map<OrderStatus, Integer> counts() {
		Map<OrderStatus, Integer> counts = new EnumMap<>(OrderStatus.class);
		for (OrderStatus status : OrderStatus.values()) {
			counts.put(status, 0);
		}
		loaded().values().forEach((order) -> counts.merge(order.status(), 1, Integer::sum));
		return counts;
	}

	@Override
	public void start() {
		Thread thread = new Thread(this::run, "order-board");
		thread.setDaemon(true);
		thread.start();
		this.thread = thread;
	}

	@Override
	public void stop() {
		Thread thread = this.thread;
		if (thread != null) {
			thread.interrupt();
		}
		this.thread = null;
	}

	@Override
	public boolean isRunning() {
		return this.thread != null;
	}

	/** Begins before the web server does. */
	@Override
	public int getPhase() {
		return 0;
	}

	private Map<String, Order> loaded() {
		Map<String, Order> orders = this.orders;
		if (orders == null) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "The orders are being read: retry later");
		}
		return orders;
	}

	private void run() {
		while (true) {
			try {
				follow();
				// it was closed, as all watches are when the application stops
				return;
			}
			catch (RuntimeException ex) {
				logger.warn("The watch of the orders ended and is opened again: " + ex.getMessage());
			}
			try {
				Thread.sleep(this.backOff.nextBackOff());
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private void follow() {
		try (KvWatch watch = this.collection.watch((options) -> options.initialReplay().bufferSize(BUFFER))) {
			Map<String, Order> fresh = new ConcurrentHashMap<>();
			KvEvent event = watch.poll(Duration.ZERO);
			while (event != null) {
				apply(fresh, event);
				event = watch.poll(Duration.ZERO);
			}
			// there is nothing more at present, so the replay is complete
			this.orders = fresh;
			this.backOff = newBackOff();
			this.publisher.publishEvent(new OrdersChanged());
			watch.stream().forEach((change) -> {
				apply(fresh, change);
				this.publisher.publishEvent(new OrdersChanged());
			});
		}
	}

	private static void apply(Map<String, Order> orders, KvEvent event) {
		Order order = (event.getChange() != KvChange.REMOVED) ? decode(event) : null;
		if (order != null) {
			orders.put(event.getKey(), order);
		}
		else {
			orders.remove(event.getKey());
		}
	}

	private static @Nullable Order decode(KvEvent event) {
		try {
			return event.getValue(Order.class);
		}
		catch (KvCodecException ex) {
			logger.warn("Not on the board: " + ex.getMessage());
			return null;
		}
	}

	private static BackOffExecution newBackOff() {
		ExponentialBackOff backOff = new ExponentialBackOff(200, 2);
		backOff.setMaxInterval(5000);
		backOff.setJitter(100);
		return backOff.start();
	}

}
