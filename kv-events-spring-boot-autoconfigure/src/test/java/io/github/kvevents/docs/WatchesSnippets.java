package io.github.kvevents.docs;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvException;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvCollection;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;
import io.github.kvevents.watch.WatchOverflow;

class WatchesSnippets {

	private final KvTemplate template;

	WatchesSnippets(KvTemplate template) {
		this.template = template;
	}

	void poll() {
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("order:"))) {
			while (watch.isOpen()) {
				KvEvent event = watch.poll(Duration.ofSeconds(10));
				if (event != null) {
					System.out.println(event.getChange() + " " + event.getKey());
				}
			}
		}
	}

	void stream() {
		WatchOptions gone = WatchOptions.prefix("session:").changes(KvChange.REMOVED);
		try (Stream<KvEvent> events = this.template.watch(gone).stream()) {
			events.map(KvEvent::getKey).limit(100).forEach(System.out::println);
		}
	}

	void collection() {
		KvCollection<User> users = this.template.collection("users", User.class);
		KvWatch watch = users.watch((options) -> options.initialReplay().overflow(WatchOverflow.DROP_OLDEST));
		watch.close();
	}

	static class UserDirectory implements AutoCloseable {

		private final Map<String, User> users = new ConcurrentHashMap<>();

		private final KvWatch watch;

		UserDirectory(KvTemplate template) {
			this.watch = template.watch(WatchOptions.prefix("users:").initialReplay().bufferSize(10_000));
			Thread reader = new Thread(() -> this.watch.stream().forEach(this::apply), "user-directory");
			reader.setDaemon(true);
			reader.start();
		}

		private void apply(KvEvent event) {
			User user = event.getValue(User.class);
			if (user != null) {
				this.users.put(event.getKey(), user);
			}
			else {
				this.users.remove(event.getKey());
			}
		}

		@Override
		public void close() {
			this.watch.close();
		}

	}

	@RestController
	static class OrderFeed {

		private final KvTemplate template;

		private final Duration heartbeat;

		OrderFeed(KvTemplate template, @Value("${orders.heartbeat:10s}") Duration heartbeat) {
			this.template = template;
			this.heartbeat = heartbeat;
		}

		@GetMapping(path = "/orders/feed", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<ServerSentEvent<OrderChange>> feed() {
			// opened when the response begins, closed when it ends, however it ends
			return Flux
				.using(this::watch, (watch) -> JdkFlowAdapter.flowPublisherToFlux(watch.publisher()), KvWatch::close)
				.map((event) -> ServerSentEvent.builder(new OrderChange(event.getKey(), event.getChange())).build())
				// too slow, or too far behind: the browser connects again and begins with
				// the replay
				.onErrorComplete(KvException.class)
				.publish((changes) -> changes.mergeWith(heartbeats().takeUntilOther(changes.ignoreElements())));
		}

		private KvWatch watch() {
			return this.template
				.watch(WatchOptions.prefix("order:").initialReplay().idleTimeout(this.heartbeat.multipliedBy(6)));
		}

		/**
		 * The first has the headers sent; the others find out that the browser has left.
		 */
		private Flux<ServerSentEvent<OrderChange>> heartbeats() {
			return Flux.interval(Duration.ZERO, this.heartbeat)
				.onBackpressureDrop()
				.map((number) -> ServerSentEvent.<OrderChange>builder().comment("heartbeat").build());
		}

		/** A client that requests the headers alone never reads a watch. */
		@RequestMapping(path = "/orders/feed", method = RequestMethod.HEAD)
		ResponseEntity<Void> headers() {
			return ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).build();
		}

	}

	@Nullable KvPosition resume(KvPosition last) {
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("order:").after(last))) {
			KvEvent event = watch.poll(Duration.ofSeconds(10));
			return (event != null) ? event.getPosition() : last;
		}
	}

	record User(String name) {
	}

	record OrderChange(String key, KvChange change) {
	}

}
