package io.github.kvevents.sample.live;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter.SseEventBuilder;

/**
 * One open connection. What it has not taken yet waits in a bounded buffer that drops its
 * oldest message when full, so that a reader that stands still costs a fixed amount of
 * memory and, while its connection takes nothing, one thread. It learns of drops and then
 * reloads its state.
 */
class LiveClient {

	static final int BUFFER = 256;

	private final SseEmitter emitter;

	private final Executor executor;

	private final Deque<SseEventBuilder> buffer = new ArrayDeque<>();

	private boolean sending;

	private boolean dropped;

	LiveClient(SseEmitter emitter, Executor executor) {
		this.emitter = emitter;
		this.executor = executor;
	}

	/** Takes a message and returns at once: others write it to the connection. */
	void offer(SseEventBuilder message) {
		synchronized (this.buffer) {
			if (this.buffer.size() == BUFFER) {
				this.buffer.removeFirst();
				this.dropped = true;
			}
			this.buffer.addLast(message);
			if (this.sending) {
				return;
			}
			this.sending = true;
		}
		try {
			this.executor.execute(this::send);
		}
		catch (RejectedExecutionException ex) {
			// the application shuts down
			complete();
		}
	}

	/** Ends the connection, if the browser has not done that already. */
	void complete() {
		try {
			this.emitter.complete();
		}
		catch (IllegalStateException ex) {
			// its request has ended meanwhile
		}
	}

	private void send() {
		try {
			SseEventBuilder message = next();
			while (message != null) {
				this.emitter.send(message);
				message = next();
			}
		}
		catch (IOException | IllegalStateException ex) {
			// the browser is gone; 'sending' stays set, so nothing is sent any more
			complete();
		}
	}

	private @Nullable SseEventBuilder next() {
		synchronized (this.buffer) {
			if (this.dropped) {
				this.dropped = false;
				return SseEmitter.event().name("dropped").data("");
			}
			SseEventBuilder message = this.buffer.pollFirst();
			this.sending = (message != null);
			return message;
		}
	}

}
