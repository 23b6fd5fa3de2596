package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who receives a gap when one of the receivers fails.
 */
@Timeout(60)
class ListenerGapTests {

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(new Namespace("gaps", 1), "i", 3, Duration.ofHours(3)));

	private final KvTemplate template = KvTemplate.builder(this.store, new PlainKvCodec()).build();

	private final StoreChangeFeed feed = new StoreChangeFeed(this.store.getChangeLog());

	private final List<LogGapEvent> published = new CopyOnWriteArrayList<>();

	private final ListenerEngine engine = ListenerEngine
		.builder(this.store.getChangeLog(), this.feed, new MemoryListenerStore(System::currentTimeMillis),
				new PlainKvCodec())
		.gapPublisher(this::publish)
		.build();

	private boolean publisherFails;

	@AfterEach
	void stop() {
		this.engine.stop();
		this.feed.stop();
	}

	private void publish(LogGapEvent gap) {
		this.published.add(gap);
		if (this.publisherFails) {
			throw new IllegalStateException("the publisher, on purpose");
		}
	}

	@Test
	void handlerReceivesTheGapThoughThePublisherFails() {
		this.publisherFails = true;
		Recorder recorder = new Recorder();
		KvSubscription subscription = missSome(recorder);
		await().until(() -> recorder.received().contains("k=9"));
		assertThat(recorder.gaps).hasSize(1).isEqualTo(this.published);
		assertThat(subscription.getStats().failed()).isEqualTo(1);
		assertThat(subscription.getStats().gaps()).isEqualTo(1);
	}

	@Test
	void gapIsPublishedThoughTheHandlerFails() {
		Recorder recorder = new Recorder() {
			@Override
			public void onGap(LogGapEvent gap) {
				super.onGap(gap);
				throw new IllegalStateException("the handler, on purpose");
			}
		};
		KvSubscription subscription = missSome(recorder);
		await().until(() -> recorder.received().contains("k=9"));
		assertThat(this.published).hasSize(1).isEqualTo(recorder.gaps);
		assertThat(subscription.getStats().failed()).isEqualTo(1);
		assertThat(recorder.events()).extracting(KvEvent::getKey).containsOnly("k");
	}

	private KvSubscription missSome(Recorder recorder) {
		this.feed.start();
		this.engine.start();
		KvSubscription subscription = this.engine.register("audit", ListenerOptions.defaults(), recorder);
		this.template.set("k", "first");
		await().until(() -> recorder.received().contains("k=first"));
		this.engine.stop();
		for (int number = 0; number < 10; number++) {
			this.template.set("k", String.valueOf(number));
		}
		this.engine.start();
		return subscription;
	}

}
