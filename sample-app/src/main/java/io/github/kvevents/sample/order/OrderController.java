package io.github.kvevents.sample.order;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/orders")
class OrderController {

	private final Orders orders;

	private final Clock clock;

	OrderController(Orders orders, Clock clock) {
		this.orders = orders;
		this.clock = clock;
	}

	@GetMapping("/{id}")
	OrderView order(@PathVariable String id) {
		return OrderView.of(this.orders.find(id));
	}

	@GetMapping
	List<OrderLine> newest() {
		Instant now = this.clock.instant();
		return this.orders.newest().stream().map((order) -> OrderLine.of(order, now)).toList();
	}

}
