package io.github.kvevents.hook;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for all that one event sets going. It begins with one part of its own, which ends
 * when the event was handed to everybody: it can't be complete before.
 */
final class Completion {

	private final AtomicInteger open = new AtomicInteger(1);

	private final CompletableFuture<Void> future = new CompletableFuture<>();

	void add() {
		this.open.incrementAndGet();
	}

	@SuppressWarnings("NullAway") // Void has no other value
	void done() {
		if (this.open.decrementAndGet() == 0) {
			this.future.complete(null);
		}
	}

	/**
	 * One part won't come to its end, since the application stops.
	 */
	void cancel() {
		this.future.completeExceptionally(
				new CancellationException("The application stopped before each hook of an event had run"));
	}

	CompletionStage<Void> stage() {
		return this.future.minimalCompletionStage();
	}

}
