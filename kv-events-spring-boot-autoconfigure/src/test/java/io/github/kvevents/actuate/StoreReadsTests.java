package io.github.kvevents.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.actuate.KvListenersEndpoint.ListenerDescriptor;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.ListenerStatus;
import io.github.kvevents.listener.SubscriptionState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Reads of a store that doesn't answer.
 */
class StoreReadsTests {

	private final StoreReads reads = new StoreReads();

	private final CountDownLatch answers = new CountDownLatch(1);

	@Test
	void lateReadsOccupyAFewThreadsAndGiveThemBackOnceTheStoreAnswers() {
		// those of other tests end
		await().until(() -> threads() == 0);
		List<CompletableFuture<String>> late = new ArrayList<>();
		for (int number = 0; number < 3 * StoreReads.MOST; number++) {
			late.add(CompletableFuture.supplyAsync(() -> this.reads.read(this::answer),
					(task) -> new Thread(task).start()));
		}
		assertThat(late).allSatisfy((read) -> assertThat(read).failsWithin(30, TimeUnit.SECONDS)
			.withThrowableThat()
			.withCauseInstanceOf(QueryTimeoutException.class));
		assertThat(threads()).isEqualTo(StoreReads.MOST);
		this.answers.countDown();
		await().until(() -> threads() == 0);
		for (int number = 0; number < 2 * StoreReads.MOST; number++) {
			assertThat(this.reads.read(this::answer)).isEqualTo("answer");
		}
	}

	@Test
	void failureIsThatOfTheStore() {
		for (int number = 0; number < 2 * StoreReads.MOST; number++) {
			assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
				.isThrownBy(() -> this.reads.read(() -> {
					throw new InvalidDataAccessResourceUsageException("refused");
				}))
				.withMessage("refused");
		}
	}

	@Test
	void interruptEndsTheWait() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(DataAccessResourceFailureException.class)
			.isThrownBy(() -> this.reads.read(this::answer));
		assertThat(Thread.interrupted()).isTrue();
		this.answers.countDown();
	}

	@Test
	void listenersAboutWhichTheStoreHasAnsweredAreShownAsTheyAre() {
		KvSubscription first = subscription("first");
		KvSubscription second = subscription("second");
		KvSubscription third = subscription("third");
		given(first.getStatus()).willReturn(new ListenerStatus(List.of()));
		given(second.getStatus()).willAnswer((call) -> {
			answer();
			return new ListenerStatus(List.of());
		});
		KvListenerRegistry registry = mock(KvListenerRegistry.class);
		given(registry.all()).willReturn(List.of(first, second, third));
		String late = QueryTimeoutException.class.getName();
		assertThat(new KvListenersEndpoint(registry).listeners().listeners())
			.extracting(ListenerDescriptor::id, ListenerDescriptor::lag, ListenerDescriptor::storeError)
			.containsExactly(tuple("first", 0L, null), tuple("second", null, late), tuple("third", null, late));
		this.answers.countDown();
	}

	private static KvSubscription subscription(String id) {
		KvSubscription subscription = mock(KvSubscription.class);
		given(subscription.getId()).willReturn(id);
		given(subscription.getState()).willReturn(SubscriptionState.RUNNING);
		given(subscription.getOptions()).willReturn(ListenerOptions.defaults());
		given(subscription.getStats()).willReturn(mock(KvListenerStats.class));
		return subscription;
	}

	private String answer() {
		try {
			assertThat(this.answers.await(60, TimeUnit.SECONDS)).isTrue();
			return "answer";
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int threads() {
		return (int) Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("kv-endpoint"))
			.count();
	}

}
