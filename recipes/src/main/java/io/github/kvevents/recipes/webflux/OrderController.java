package io.github.kvevents.recipes.webflux;

import java.time.Duration;

import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvException;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

@RestController
class OrderController {

	private final KvTemplate template;

	private final Duration heartbeat;

	OrderController(KvTemplate template, @Value("${orders.heartbeat:10s}") Duration heartbeat) {
		this.template = template;
		this.heartbeat = heartbeat;
	}

	@PutMapping("/orders/{id}")
	Mono<KvSetResult> put(@PathVariable String id, @RequestBody Order order) {
		return Mono.fromCallable(() -> this.template.set("order:" + id, order))
			.subscribeOn(Schedulers.boundedElastic());
	}

	@GetMapping("/orders/{id}")
	Mono<Order> get(@PathVariable String id) {
		return Mono.fromCallable(() -> this.template.get("order:" + id, Order.class).orElse(null))
			.subscribeOn(Schedulers.boundedElastic());
	}

	@GetMapping(path = "/orders/changes", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<ServerSentEvent<OrderChange>> changes() {
		Flux<ServerSentEvent<OrderChange>> changes = Flux
			.using(this::watch, (watch) -> JdkFlowAdapter.flowPublisherToFlux(watch.publisher()), KvWatch::close)
			.map((event) -> ServerSentEvent.builder(new OrderChange(event.getKey(), event.getChange())).build())
			.onErrorComplete(KvException.class)
			// opening a watch with replay reads from Redis
			.subscribeOn(Schedulers.boundedElastic());
		return changes.publish((shared) -> shared.mergeWith(heartbeats().takeUntilOther(shared.ignoreElements())));
	}

	private KvWatch watch() {
		return this.template
			.watch(WatchOptions.prefix("order:").initialReplay().idleTimeout(this.heartbeat.multipliedBy(6)));
	}

	private Flux<ServerSentEvent<OrderChange>> heartbeats() {
		return Flux.interval(Duration.ZERO, this.heartbeat)
			.onBackpressureDrop()
			.map((number) -> ServerSentEvent.<OrderChange>builder().comment("heartbeat").build());
	}

	record Order(String article, long cents) {
	}

	record OrderChange(String key, KvChange change) {
	}

}
