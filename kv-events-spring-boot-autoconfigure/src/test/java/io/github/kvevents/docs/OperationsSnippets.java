package io.github.kvevents.docs;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.core.KvCollection;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;

class OperationsSnippets {

	private final KvTemplate template;

	private Instant closingTime = Instant.MAX;

	OperationsSnippets(KvTemplate template) {
		this.template = template;
	}

	void single(Order order) {
		KvSetResult result = this.template.set("order:42", order);
		Optional<Order> found = this.template.get("order:42", Order.class);
		boolean existed = this.template.delete("order:42");
		use(result, found, existed);
	}

	void options(Order order) {
		this.template.set("checkout:42", order, Duration.ofMinutes(15));
		this.template.set("checkout:42", order, SetOptions.defaults().ifAbsent().timeToLive(Duration.ofMinutes(15)));
		this.template.set("checkout:42", order, SetOptions.defaults().ifPresent().keepTimeToLive());
		this.template.set("offer:7", "open", SetOptions.defaults().expireAt(this.closingTime));
	}

	void batches(Map<String, Order> orders) {
		Map<String, KvSetResult> results = this.template.batchSet(orders);
		Map<String, Order> found = this.template.batchGet(orders.keySet(), Order.class);
		long deleted = this.template.batchDelete(List.of("order:1", "order:2"));
		use(results, found, deleted);
	}

	void change() {
		this.template.update("stock:tea", Integer.class, (stock) -> (stock != null) ? stock - 1 : 0);
		boolean won = this.template.compareAndSet("order:42:state", "PENDING", "PAID");
		use(won);
	}

	void keys() {
		try (Stream<String> keys = this.template.keys("checkout:")) {
			keys.forEach(System.out::println);
		}
	}

	void collection(User ada) {
		KvCollection<User> users = this.template.collection("users", User.class);
		users.set("ada", ada);
		Optional<User> found = users.get("ada");
		Optional<User> last = users.delete("ada");
		use(found, last);
	}

	void generic(List<Shape> drawing) {
		ParameterizedTypeReference<List<Shape>> shapes = new ParameterizedTypeReference<>() {
		};
		this.template.set("drawing:1", drawing, shapes, SetOptions.defaults());
		Optional<List<Shape>> found = this.template.get("drawing:1", shapes);
		KvCollection<List<Shape>> drawings = this.template.collection("drawing", shapes);
		use(found, drawings);
	}

	private void use(Object... results) {
		assert results.length > 0;
	}

	interface Shape {

	}

	record Order(String id, long cents) {
	}

	record User(String name) {
	}

}
