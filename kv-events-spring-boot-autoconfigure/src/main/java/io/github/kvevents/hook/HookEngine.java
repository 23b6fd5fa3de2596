package io.github.kvevents.hook;

import java.time.Clock;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;

/**
 * Everything of hooks, put together: hands out the registry, the dispatcher and the
 * guards, and drains the asynchronous hooks when the application stops. It takes events
 * from the moment it is built; events for asynchronous hooks that come after it was
 * stopped are dropped and counted, synchronous hooks go on.
 */
public final class HookEngine implements SmartLifecycle {

	/**
	 * Stops after web server and ordinary lifecycle beans, and before the Redis
	 * connection factory, whose phase is 0: hooks that are drained may still write.
	 */
	public static final int PHASE = 1024;

	private final HookRegistry registry;

	private final HookDispatcher dispatcher;

	private final EveryInstanceHooks everyInstance;

	private final GuardRegistry guards;

	private final AsyncThreads threads;

	private volatile boolean running;

	private HookEngine(Builder builder) {
		HookErrorReporter errors = new HookErrorReporter(builder.errorHandler, builder.clock);
		HookObservations observations = new HookObservations(builder.observationRegistry);
		HookInvoker invoker = new HookInvoker(observations, errors,
				new TimedHooks(builder.settings, builder.threadFactory));
		ListenerPublisher listeners = new ListenerPublisher(builder.publisher, builder.springListeners, errors);
		this.threads = new AsyncThreads(builder.settings, builder.threadFactory);
		this.registry = new HookRegistry(new HookParts(builder, invoker, this.threads));
		this.dispatcher = new HookDispatcher(this.registry, invoker, errors, observations, listeners);
		this.everyInstance = new EveryInstanceHooks(this.registry, invoker, errors, observations);
		this.guards = new GuardRegistry(builder.codec);
	}

	/**
	 * Starts an engine.
	 * @return a builder with the default of each part
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * The registry of hooks.
	 * @return always the same object
	 */
	public KvHookRegistry getRegistry() {
		return this.registry;
	}

	/**
	 * What operations are run through.
	 * @return always the same object
	 */
	public KvEventDispatcher getDispatcher() {
		return this.dispatcher;
	}

	/**
	 * The guards to ask before an operation.
	 * @return always the same object
	 */
	public KvGuards getGuards() {
		return this.guards;
	}

	/**
	 * Calls the hooks whose scope is {@link KvHookScope#EVERY_INSTANCE}, and no others:
	 * synchronous ones have run when this returns, for asynchronous ones it waits until
	 * there is room in their queues. For events that are read from the change log, one
	 * after the other.
	 * @param event the event
	 */
	public void deliverToEveryInstance(KvEvent event) {
		this.everyInstance.deliver(event);
	}

	/**
	 * Sets who is told whether there are hooks whose scope is
	 * {@link KvHookScope#EVERY_INSTANCE}: at once, and before the registration of one
	 * that comes returns.
	 * @param listener told {@code true} while there are any
	 */
	public void setEveryInstanceListener(Consumer<Boolean> listener) {
		this.registry.setEveryInstanceListener(listener);
	}

	HookRegistry hooks() {
		return this.registry;
	}

	GuardRegistry guards() {
		return this.guards;
	}

	@Override
	public void start() {
		this.threads.start();
		this.running = true;
	}

	/**
	 * Drains the asynchronous hooks within the shutdown timeout. Returns when nothing of
	 * them runs any more, or that time is over.
	 */
	@Override
	public void stop() {
		this.threads.drain(this.registry.hooks());
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Builds an engine. Each part has a default; guards that take a value need the codec.
	 */
	public static final class Builder {

		HookSettings settings = HookSettings.defaults();

		@Nullable ApplicationEventPublisher publisher;

		Predicate<KvEventType> springListeners = (type) -> false;

		KvHookErrorHandler errorHandler = new LoggingErrorHandler();

		ObservationRegistry observationRegistry = ObservationRegistry.NOOP;

		@Nullable KvCodec codec;

		Clock clock = Clock.systemUTC();

		ThreadFactory threadFactory = daemonThreads();

		LongSupplier nanoTime = System::nanoTime;

		Consumer<String> dropListener = (hookId) -> {
		};

		boolean changeLog;

		private Builder() {
		}

		/**
		 * Sets whether hooks may hear of each change of the fleet. Whoever says so reads
		 * the change log and passes its events to
		 * {@link HookEngine#deliverToEveryInstance(KvEvent)}.
		 * @param changeLog whether there is a change log, by default not
		 * @return this builder
		 */
		public Builder changeLog(boolean changeLog) {
			this.changeLog = changeLog;
			return this;
		}

		/**
		 * Sets the bounds within which hooks run.
		 * @param settings the settings
		 * @return this builder
		 */
		public Builder settings(HookSettings settings) {
			this.settings = settings;
			return this;
		}

		/**
		 * Sets where events go after the hooks.
		 * @param publisher usually the application context; by default nowhere
		 * @return this builder
		 */
		public Builder publisher(ApplicationEventPublisher publisher) {
			this.publisher = publisher;
			return this;
		}

		/**
		 * Sets how to find out whether a Spring listener would hear of an event.
		 * @param springListeners asked for each operation, so it must be quick; usually
		 * {@link SpringListeners}, by default nobody hears
		 * @return this builder
		 */
		public Builder springListeners(Predicate<KvEventType> springListeners) {
			this.springListeners = springListeners;
			return this;
		}

		/**
		 * Sets who hears of errors.
		 * @param errorHandler the handler, by default one that logs
		 * @return this builder
		 */
		public Builder errorHandler(KvHookErrorHandler errorHandler) {
			this.errorHandler = errorHandler;
			return this;
		}

		/**
		 * Sets where each call of a hook is observed, as {@code kv.hook}.
		 * @param observationRegistry the registry, by default none
		 * @return this builder
		 */
		public Builder observationRegistry(ObservationRegistry observationRegistry) {
			this.observationRegistry = observationRegistry;
			return this;
		}

		/**
		 * Sets what decodes the values that guards are asked with.
		 * @param codec the codec of the template
		 * @return this builder
		 */
		public Builder codec(KvCodec codec) {
			this.codec = codec;
			return this;
		}

		/**
		 * Sets the clock that statistics and errors are dated by.
		 * @param clock the clock, by default the system's
		 * @return this builder
		 */
		public Builder clock(Clock clock) {
			this.clock = clock;
			return this;
		}

		/**
		 * Sets what makes the threads of asynchronous and timed hooks.
		 * @param threadFactory for example one of virtual threads; by default daemon
		 * threads named {@code kv-hook-1} and so on
		 * @return this builder
		 */
		public Builder threadFactory(ThreadFactory threadFactory) {
			this.threadFactory = threadFactory;
			return this;
		}

		/**
		 * Sets who hears of each event that an asynchronous hook was not called for.
		 * @param dropListener called with the hook's id, must be quick
		 * @return this builder
		 */
		public Builder dropListener(Consumer<String> dropListener) {
			this.dropListener = dropListener;
			return this;
		}

		/**
		 * Sets what durations of calls are measured by.
		 */
		Builder nanoTime(LongSupplier nanoTime) {
			this.nanoTime = nanoTime;
			return this;
		}

		private static ThreadFactory daemonThreads() {
			CustomizableThreadFactory threadFactory = new CustomizableThreadFactory("kv-hook-");
			threadFactory.setDaemon(true);
			return threadFactory;
		}

		/**
		 * Builds the engine.
		 * @return a new engine
		 */
		public HookEngine build() {
			return new HookEngine(this);
		}

	}

}
