package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.actuate.ConsoleFeed.ChangeDescriptor;
import io.github.kvevents.actuate.ConsoleFeed.ChangesDescriptor;
import io.github.kvevents.watch.KvWatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * The latest changes in the console.
 */
class ConsoleFeedTests {

	private final Deque<KvEvent> events = new ArrayDeque<>();

	private final KvWatch watch = mock(KvWatch.class);

	@Test
	void moreChangesThanItKeepsAreAllCounted() {
		for (int number = 0; number < 1203; number++) {
			this.events.add(KvEventBuilder.forKey(this, "key-" + number, mock(KvCodec.class))
				.value(new byte[1])
				.occurredAt(Instant.EPOCH)
				.origin("blue")
				.set(KvEventType.SET));
		}
		ConsoleFeed feed = feed(() -> {
		});
		ChangesDescriptor page = feed.read(null, 0, true);
		for (int reads = 0; reads < 3; reads++) {
			page = feed.read(page.feed(), 0, true);
		}
		assertThat(page.last()).isEqualTo(1203);
		assertThat(page.changes()).hasSize(500).first().extracting(ChangeDescriptor::key).isEqualTo("key-703");
	}

	@Test
	void whoLooksDoesNotWaitForTheOthersWhileTheStoreDoesNotAnswer() {
		CyclicBarrier both = new CyclicBarrier(2);
		ConsoleFeed feed = feed(() -> {
			try {
				both.await(3, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalArgumentException("Only one at a time", ex);
			}
			throw new QueryTimeoutException("No answer");
		});
		List<CompletableFuture<ChangesDescriptor>> pages = Stream
			.generate(() -> CompletableFuture.supplyAsync(() -> feed.read(null, 0, false),
					(task) -> new Thread(task, "reader").start()))
			.limit(2)
			.toList();
		assertThat(pages).allSatisfy((page) -> assertThat(page).succeedsWithin(Duration.ofSeconds(5))
			.extracting(ChangesDescriptor::storeError)
			.isEqualTo(QueryTimeoutException.class.getName()));
	}

	private ConsoleFeed feed(Runnable ping) {
		given(this.watch.isOpen()).willReturn(true);
		given(this.watch.poll(any())).willAnswer((call) -> this.events.poll());
		return new ConsoleFeed((options) -> this.watch, ping, new StoreReads(), new KeyMask());
	}

}
