package io.github.kvevents.hook;

import java.time.Clock;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.DaemonThreads;

/**
 * Builds an engine. Each part has a default; guards that take a value need the codec.
 */
public final class HookEngineBuilder {

	HookSettings settings = HookSettings.defaults();

	@Nullable ApplicationEventPublisher publisher;

	Predicate<KvEventType> springListeners = (type) -> false;

	Supplier<? extends @Nullable KvHookErrorHandler> errorHandler = () -> null;

	ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

	@Nullable KvCodec codec;

	Clock clock = Clock.systemUTC();

	ThreadFactory threadFactory = new DaemonThreads("kv-hook-");

	LongSupplier nanoTime = System::nanoTime;

	Consumer<String> dropListener = (hookId) -> {
	};

	Consumer<String> closeListener = (hookId) -> {
	};

	boolean changeLog;

	boolean lastValues = true;

	HookEngineBuilder() {
	}

	/**
	 * Sets whether hooks can observe changes from every instance. Where they can, the
	 * application reads the change log and passes its events to
	 * {@link HookEngine#deliverToEveryInstance(KvEvent)}.
	 * @param changeLog whether there is a change log, by default not
	 * @return this builder
	 */
	public HookEngineBuilder changeLog(boolean changeLog) {
		this.changeLog = changeLog;
		return this;
	}

	/**
	 * Sets whether the store keeps the last values of keys for their expiries. Where it
	 * doesn't, a method for expiries that needs the value is refused.
	 * @param lastValues whether it keeps them, by default it does
	 * @return this builder
	 */
	public HookEngineBuilder lastValues(boolean lastValues) {
		this.lastValues = lastValues;
		return this;
	}

	/**
	 * Sets the bounds within which hooks run.
	 * @param settings the settings
	 * @return this builder
	 */
	public HookEngineBuilder settings(HookSettings settings) {
		this.settings = settings;
		return this;
	}

	/**
	 * Sets where events go after the hooks.
	 * @param publisher usually the application context; by default nowhere
	 * @return this builder
	 */
	public HookEngineBuilder publisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
		return this;
	}

	/**
	 * Sets how to find out whether a Spring listener would receive an event.
	 * @param springListeners asked for each operation, so it must be quick; usually
	 * {@link SpringListeners}, by default none does
	 * @return this builder
	 */
	public HookEngineBuilder springListeners(Predicate<KvEventType> springListeners) {
		this.springListeners = springListeners;
		return this;
	}

	/**
	 * Sets what handles the errors of hooks.
	 * @param errorHandler the handler, by default one that logs
	 * @return this builder
	 */
	public HookEngineBuilder errorHandler(KvHookErrorHandler errorHandler) {
		return lazyErrorHandler(() -> errorHandler);
	}

	/**
	 * Sets what handles the errors of hooks, where it can't be created yet: a handler may
	 * itself use what this engine belongs to.
	 * @param errorHandler gives the handler, or {@code null} for one that logs; asked for
	 * the first error, and again for the next one if it fails
	 * @return this builder
	 */
	public HookEngineBuilder lazyErrorHandler(Supplier<? extends @Nullable KvHookErrorHandler> errorHandler) {
		this.errorHandler = errorHandler;
		return this;
	}

	/**
	 * Sets where each call of a hook is observed, as {@code kv.hook}.
	 * @param observationRegistry the registry, by default none
	 * @return this builder
	 */
	public HookEngineBuilder observationRegistry(ObservationRegistry observationRegistry) {
		this.observationRegistry = observationRegistry;
		return this;
	}

	/**
	 * Sets what decodes the values that guards are asked with.
	 * @param codec the codec of the template
	 * @return this builder
	 */
	public HookEngineBuilder codec(KvCodec codec) {
		this.codec = codec;
		return this;
	}

	/**
	 * Sets the clock that statistics and errors are dated by.
	 * @param clock the clock, by default the system's
	 * @return this builder
	 */
	public HookEngineBuilder clock(Clock clock) {
		this.clock = clock;
		return this;
	}

	/**
	 * Sets what makes the threads of asynchronous and timed hooks.
	 * @param threadFactory for example one of virtual threads; by default daemon threads
	 * named {@code kv-hook-1} and so on
	 * @return this builder
	 */
	public HookEngineBuilder threadFactory(ThreadFactory threadFactory) {
		this.threadFactory = threadFactory;
		return this;
	}

	/**
	 * Sets what to call for each event that an asynchronous hook dropped.
	 * @param dropListener called with the hook's id, must be quick
	 * @return this builder
	 */
	public HookEngineBuilder dropListener(Consumer<String> dropListener) {
		this.dropListener = dropListener;
		return this;
	}

	/**
	 * Sets what to call when a hook was closed, so that nothing is kept for it.
	 * @param closeListener called with the hook's id when no hook has it any more, and
	 * again when a call that was in flight then has ended; must be quick
	 * @return this builder
	 */
	public HookEngineBuilder closeListener(Consumer<String> closeListener) {
		this.closeListener = closeListener;
		return this;
	}

	/**
	 * Sets what durations of calls are measured by.
	 */
	HookEngineBuilder nanoTime(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		return this;
	}

	/**
	 * Builds the engine. What is changed in this builder afterwards doesn't reach it.
	 * @return a new engine
	 */
	public HookEngine build() {
		return new HookEngine(this);
	}

}
