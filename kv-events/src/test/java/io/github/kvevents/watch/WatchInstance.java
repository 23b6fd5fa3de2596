package io.github.kvevents.watch;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A template with hooks and watches, as an application has them.
 */
final class WatchInstance implements AutoCloseable {

	static final String ORIGIN = "instance-7";

	final HookEngine engine = HookEngine.builder().build();

	final KvStore store;

	final KvTemplate template;

	final KvWatches watches;

	private final @Nullable StoreChangeFeed feed;

	private final @Nullable ChangeLogStore log;

	/**
	 * An instance without a change log.
	 */
	WatchInstance(KvStore store) {
		this(store, null, null);
	}

	/**
	 * An instance with a change log.
	 */
	WatchInstance(KvStore store, ChangeLogStore log) {
		this(store, log, new StoreChangeFeed(log));
	}

	private WatchInstance(KvStore store, @Nullable ChangeLogStore log, @Nullable StoreChangeFeed feed) {
		this.store = store;
		this.feed = feed;
		this.log = log;
		this.engine.start();
		this.watches = (log != null && feed != null)
				? new KvWatches(store, log, feed, new PlainKvCodec(), ORIGIN, Clock.systemUTC())
				: new KvWatches(store, this.engine.getDispatcher(), new PlainKvCodec(), ORIGIN, Clock.systemUTC());
		this.watches.start();
		this.template = KvTemplate.builder(store, new PlainKvCodec())
			.dispatcher(this.engine.getDispatcher())
			.watches(this.watches)
			.origin(ORIGIN)
			.build();
	}

	ChangeLogStore log() {
		return Objects.requireNonNull(this.log, "no change log");
	}

	KvWatch watch(WatchOptions options) {
		return this.template.watch(options);
	}

	/**
	 * Takes exactly so many events, and finds no more.
	 */
	static List<KvEvent> take(KvWatch watch, int count) {
		List<KvEvent> events = new ArrayList<>();
		while (events.size() < count) {
			KvEvent event = watch.poll(Duration.ofSeconds(20));
			assertThat(event).as("event %d of %d", events.size() + 1, count).isNotNull();
			events.add(event);
		}
		return events;
	}

	/**
	 * The type, key and value, if there is one.
	 */
	static String text(KvEvent event) {
		byte[] value = event.getRawValue();
		return event.getChange() + " " + event.getKey()
				+ ((value != null) ? "=" + new String(value, StandardCharsets.UTF_8) : "");
	}

	static List<String> texts(List<KvEvent> events) {
		return events.stream().map(WatchInstance::text).toList();
	}

	@Override
	public void close() {
		this.watches.stop();
		this.engine.stop();
		if (this.feed != null) {
			this.feed.stop();
		}
	}

}
