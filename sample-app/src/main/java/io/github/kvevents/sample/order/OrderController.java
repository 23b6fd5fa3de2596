package io.github.kvevents.sample.order;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrderController {

	private final Orders orders;

	private final OrderBoard board;

	private final Clock clock;

	OrderController(Orders orders, OrderBoard board, Clock clock) {
		this.orders = orders;
		this.board = board;
		this.clock = clock;
	}

	@GetMapping("/orders/{id}")
	OrderView order(@PathVariable String id) {
		return OrderView.of(this.orders.find(id));
	}

	@GetMapping("/orders")
	List<OrderLine> newest() {
		Instant now = this.clock.instant();
		return this.board.newest().stream().map((order) -> OrderLine.of(order, now)).toList();
	}

	@GetMapping("/counts")
	Map<OrderStatus, Integer> counts() {
		return this.board.counts();
	}

}
