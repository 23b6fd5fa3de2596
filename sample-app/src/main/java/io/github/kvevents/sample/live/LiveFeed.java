package io.github.kvevents.sample.live;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter.SseEventBuilder;

/**
 * Everybody who listens at the moment.
 */
@Component
class LiveFeed {

	static final int MAX_CLIENTS = 500;

	private static final Duration RECONNECT = Duration.ofSeconds(2);

	private final Set<LiveClient> clients = ConcurrentHashMap.newKeySet();

	LiveFeed(MeterRegistry meters) {
		Gauge.builder("sample.live.clients", this.clients, Set::size)
			.description("Browsers that listen")
			.register(meters);
	}

	/*
	 * A thread only while there is something to send to a client, and one for each client
	 * at the most, and one more to end it: a stuck connection holds up nobody else.
	 */
	private final ThreadPoolExecutor senders = new ThreadPoolExecutor(0, 2 * MAX_CLIENTS, 10, TimeUnit.SECONDS,
			new SynchronousQueue<>(), daemonThreads());

	SseEmitter connect() {
		if (this.clients.size() >= MAX_CLIENTS) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					"There are " + MAX_CLIENTS + " live connections already: retry later");
		}
		SseEmitter emitter = new SseEmitter(0L);
		LiveClient client = new LiveClient(emitter, this.senders);
		emitter.onCompletion(() -> this.clients.remove(client));
		emitter.onError((ex) -> this.clients.remove(client));
		this.clients.add(client);
		client.offer(SseEmitter.event().comment("connected").reconnectTime(RECONNECT.toMillis()));
		return emitter;
	}

	void publish(LiveChange change) {
		toAll(() -> SseEmitter.event().data(change, MediaType.APPLICATION_JSON));
	}

	void publishOrdersChanged() {
		toAll(() -> SseEmitter.event().name("orders").data(""));
	}

	/** Finds out which browsers are gone, and keeps proxies from closing the others. */
	@Scheduled(fixedRate = 15, timeUnit = TimeUnit.SECONDS)
	void heartbeat() {
		toAll(() -> SseEmitter.event().comment("heartbeat"));
	}

	/**
	 * Lets go of open connections first, or a graceful shutdown would wait for them. Not
	 * on this thread: a connection that is stuck takes its time.
	 */
	@EventListener
	void shutDown(ContextClosedEvent event) {
		this.clients.forEach((client) -> this.senders.execute(client::complete));
		this.senders.shutdown();
	}

	private static ThreadFactory daemonThreads() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("live-");
		threads.setDaemon(true);
		return threads;
	}

	private void toAll(Supplier<SseEventBuilder> message) {
		for (LiveClient client : this.clients) {
			client.offer(message.get());
		}
	}

}
