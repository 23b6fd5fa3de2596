package io.github.kvevents.sample.checkout;

import java.net.URI;
import java.time.Duration;

import jakarta.validation.Valid;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

import io.github.kvevents.sample.order.OrderStatus;
import io.github.kvevents.sample.order.Orders;

@RestController
@RequestMapping("/checkout")
class CheckoutController {

	private final Orders orders;

	CheckoutController(Orders orders) {
		this.orders = orders;
	}

	@PostMapping
	ResponseEntity<Placed> place(@Valid @RequestBody CheckoutRequest request) {
		String id = request.id();
		int seconds = request.expire();
		this.orders.place(id, Duration.ofSeconds(seconds));
		return ResponseEntity.created(location(id)).body(new Placed(id, OrderStatus.PENDING, seconds));
	}

	@GetMapping("/{id}")
	Pending checkout(@PathVariable String id) {
		Duration left = this.orders.timeLeft(id).orElseThrow(CheckoutController::gone);
		return new Pending(id, OrderStatus.PENDING, roundUp(left));
	}

	@PostMapping("/{id}/pay")
	Paid pay(@PathVariable String id) {
		if (!this.orders.pay(id)) {
			throw gone();
		}
		return new Paid(OrderStatus.PAID);
	}

	private static ResponseStatusException gone() {
		return new ResponseStatusException(HttpStatus.NOT_FOUND,
				"No order with this id is pending: it was never placed, is paid, or has expired");
	}

	private static URI location(String id) {
		return ServletUriComponentsBuilder.fromCurrentRequestUri().path("/{id}").encode().buildAndExpand(id).toUri();
	}

	private static long roundUp(Duration duration) {
		return (duration.toMillis() + 999) / 1000;
	}

	record Placed(String id, OrderStatus status, int expiresInSeconds) {
	}

	record Pending(String id, OrderStatus status, long ttlSeconds) {
	}

	record Paid(OrderStatus status) {
	}

}
