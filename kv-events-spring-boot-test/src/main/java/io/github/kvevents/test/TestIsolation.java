package io.github.kvevents.test;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;

/**
 * Keeps the tests that share a context apart.
 */
final class TestIsolation {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final int LETTERS = 1000;

	private final KvTestClock clock;

	private final RecordedKvEvents events;

	private final ObjectProvider<KvHookRegistry> hooks;

	private final ObjectProvider<KvListenerRegistry> listeners;

	private final Supplier<Stream<Runnable>> saves;

	private final ObjectProvider<ChangeLogStore> log;

	private @Nullable String current;

	/**
	 * Creates an instance.
	 * @param saves remembers what is in memory
	 */
	TestIsolation(KvTestClock clock, RecordedKvEvents events, ObjectProvider<KvHookRegistry> hooks,
			ObjectProvider<KvListenerRegistry> listeners, Supplier<Stream<Runnable>> saves,
			ObjectProvider<ChangeLogStore> log) {
		this.clock = clock;
		this.events = events;
		this.hooks = hooks;
		this.listeners = listeners;
		this.saves = saves;
		this.log = log;
	}

	/**
	 * Begins a test.
	 * @param test its name
	 * @throws IllegalStateException if another one uses the context
	 */
	synchronized void begin(String test) {
		requireUnused(test);
		this.current = test;
	}

	/**
	 * Refuses a test while another one uses the context.
	 */
	synchronized void requireUnused(String test) {
		if (this.current != null) {
			throw new IllegalStateException(("%s can't run while %s does: they share an application context, and so "
					+ "the clock and the keys. Annotate the classes with @Execution(ExecutionMode.SAME_THREAD) or with "
					+ "the same @ResourceLock")
				.formatted(test, this.current));
		}
	}

	/**
	 * Whether no test uses the context.
	 */
	synchronized boolean isUnused() {
		return this.current == null;
	}

	/**
	 * Ends the test that has begun.
	 */
	synchronized void end() {
		this.current = null;
	}

	/**
	 * Remembers the present state.
	 */
	State save() {
		this.clock.isSettledWithin(PATIENCE);
		List<Runnable> restores = List.of();
		if (this.clock.isDriving()) {
			emptyLog();
			restores = Stream.concat(Stream.of(this.clock.save()), this.saves.get()).toList();
		}
		this.events.clear();
		return new State(hooks().collect(Collectors.toMap(KvHookRegistration::getId, KvHookRegistration::isEnabled)),
				subscriptions().map(KvSubscription::getId).toList(), restores);
	}

	/**
	 * Restores a state.
	 * @return whether it could be: not if a hook or listener hasn't ended
	 */
	boolean restore(State state) {
		if (!this.clock.isSettledWithin(PATIENCE)) {
			return false;
		}
		hooks().forEach((hook) -> restore(hook, state.hooks.get(hook.getId())));
		subscriptions().filter((subscription) -> !state.listeners.contains(subscription.getId()))
			.forEach(this.clock.isDriving() ? KvSubscription::remove : KvSubscription::close);
		boolean restored = !this.clock.isDriving() || restoreMemory(state);
		this.events.clear();
		return restored;
	}

	private boolean restoreMemory(State state) {
		subscriptions().forEach(TestIsolation::restore);
		boolean settled = this.clock.isSettledWithin(PATIENCE);
		if (settled) {
			emptyLog();
			state.restores.forEach(Runnable::run);
		}
		return settled;
	}

	private Stream<KvHookRegistration> hooks() {
		return this.hooks.stream().map(KvHookRegistry::all).flatMap(Collection::stream);
	}

	private Stream<KvSubscription> subscriptions() {
		return this.listeners.stream().map(KvListenerRegistry::all).flatMap(Collection::stream);
	}

	private static void restore(KvHookRegistration hook, @Nullable Boolean enabled) {
		if (enabled == null) {
			hook.close();
			return;
		}
		if (hook.isEnabled() != enabled) {
			hook.setEnabled(enabled);
		}
		hook.getErrors().drain();
	}

	private static void restore(KvSubscription subscription) {
		if (subscription.getStats().retrying() > 0 || subscription.getState() == SubscriptionState.PAUSED) {
			subscription.seek(StartPosition.latest());
		}
		if (subscription.getState() == SubscriptionState.PAUSED) {
			subscription.resume();
		}
		subscription.getDeadLetters()
			.list(LETTERS)
			.stream()
			.map(KvDeadLetter::id)
			.forEach((letter) -> subscription.getDeadLetters().discard(letter));
	}

	/**
	 * All readers are at the end, so that nobody misses anything.
	 */
	private void emptyLog() {
		this.log.stream().forEach((log) -> {
			for (int partition = 0; partition < log.getSettings().namespace().partitions(); partition++) {
				log.trim(ChangeLogStore.next(log.getState(partition).last()));
			}
		});
	}

	/**
	 * What a test begins with.
	 *
	 * @param hooks the ids of the hooks, and whether they are enabled
	 * @param listeners the ids of the listeners
	 * @param restores restore what is in memory
	 */
	record State(Map<String, Boolean> hooks, List<String> listeners, List<Runnable> restores) {
	}

}
