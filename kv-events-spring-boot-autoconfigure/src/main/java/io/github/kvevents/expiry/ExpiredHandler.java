package io.github.kvevents.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.redis.KeyNames;
import io.github.kvevents.support.KeyedExecutor;

/**
 * Makes an event of an expiry that was read, has the hooks told, and says when all of
 * them are done.
 */
final class ExpiredHandler {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private final KeyNames names;

	private final KvCodec codec;

	private final KvEventDispatcher dispatcher;

	private final Consumer<KvExpiredEvent> listener;

	private final TrackingCounters counters;

	private final KeyedExecutor executor;

	ExpiredHandler(KeyNames names, KvCodec codec, KvEventDispatcher dispatcher, Consumer<KvExpiredEvent> listener,
			TrackingCounters counters, KeyedExecutor executor) {
		this.names = names;
		this.codec = codec;
		this.dispatcher = dispatcher;
		this.listener = listener;
		this.counters = counters;
		this.executor = executor;
	}

	/**
	 * Tells of an expiry, on another thread.
	 * @param partition the partition of its key
	 * @param entry the expiry
	 * @param done runs when asynchronous hooks are done too, whatever became of them; not
	 * when the application stopped before they ran
	 */
	void handle(int partition, ExpiredEntry entry, Runnable done) {
		@Nullable String key = this.names.fromRedis(entry.name());
		if (key == null) {
			logger.warn("Dropped an expiry of a key that has not the configured 'kv.events.key-prefix': "
					+ "applications that share a namespace must share the prefix");
			done.run();
			return;
		}
		Duration lateness = Duration.ofMillis(Math.max(0, entry.detectedAt() - entry.deadline()));
		KvExpiredEvent event = KvEventBuilder.forKey(this, key, this.codec)
			.origin(entry.detectedBy())
			.occurredAt(Instant.ofEpochMilli(entry.deadline()))
			.previousValue(entry.value())
			.position((entry.logId() != null) ? KvPosition.parse(partition + ":" + entry.logId()) : null)
			.expired(Instant.ofEpochMilli(entry.deadline()), lateness);
		this.executor.submit(key, () -> deliver(event, done));
	}

	private void deliver(KvExpiredEvent event, Runnable done) {
		CompletionStage<Void> hooks = null;
		try {
			this.listener.accept(event);
			hooks = this.dispatcher.deliver(event);
		}
		catch (Throwable ex) {
			logger.error("Telling of an expiry failed", ex);
		}
		this.counters.delivered();
		if (hooks != null) {
			// what failed was cancelled by a shutdown: unconfirmed, it comes again
			// elsewhere
			hooks.thenRun(done);
		}
		else {
			done.run();
		}
	}

}
