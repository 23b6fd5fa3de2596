package io.github.kvevents.sample.order;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * There is an order with that id, which is pending or paid.
 */
class OrderExistsException extends ErrorResponseException {

	private static final long serialVersionUID = 1L;

	OrderExistsException(OrderStatus status) {
		super(HttpStatus.CONFLICT, ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, detail(status)), null);
	}

	private static String detail(OrderStatus status) {
		return (status == OrderStatus.PAID) ? "An order with this id is paid already: choose another id"
				: "An order with this id is pending";
	}

}
