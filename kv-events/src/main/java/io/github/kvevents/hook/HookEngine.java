package io.github.kvevents.hook;

import java.util.function.Consumer;
import java.util.function.Predicate;

import org.springframework.context.SmartLifecycle;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.BackgroundWork;

/**
 * Everything of hooks, put together: hands out the registry, the dispatcher and the
 * guards, and drains the asynchronous hooks when the application stops. It takes events
 * from the moment it is built; events for asynchronous hooks that come after it was
 * stopped are dropped and counted, synchronous hooks are still called.
 */
public final class HookEngine implements BackgroundWork, SmartLifecycle {

	/**
	 * Stops after web server and ordinary lifecycle beans, and before the Redis
	 * connection factory, whose phase is 0: hooks that are drained may still write.
	 */
	public static final int PHASE = 1024;

	private final HookRegistry registry;

	private final HookDispatcher dispatcher;

	private final GuardRegistry guards;

	private final ListenerPublisher listeners;

	private final AsyncThreads threads;

	private final TimedHooks timed;

	private volatile boolean running;

	HookEngine(HookEngineBuilder builder) {
		HookErrorReporter errors = new HookErrorReporter(builder.errorHandler, builder.clock);
		HookObservations observations = new HookObservations(builder.observationRegistry);
		this.timed = new TimedHooks(builder.settings, builder.threadFactory);
		HookInvoker invoker = new HookInvoker(observations, errors, this.timed);
		this.listeners = new ListenerPublisher(builder.publisher, builder.springListeners, errors);
		this.threads = new AsyncThreads(builder.settings, builder.threadFactory);
		this.registry = new HookRegistry(new HookParts(builder, invoker, this.threads));
		this.dispatcher = new HookDispatcher(this.registry, invoker, this.listeners);
		this.guards = new GuardRegistry(builder.codec);
	}

	/**
	 * Starts an engine.
	 * @return a builder with the default of each part
	 */
	public static HookEngineBuilder builder() {
		return new HookEngineBuilder();
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
	public GuardChain getGuards() {
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
		this.dispatcher.deliverToEveryInstance(event);
	}

	/**
	 * Sets what to call when it changes whether there are hooks whose scope is
	 * {@link KvHookScope#EVERY_INSTANCE}: at once, and before the registration of one
	 * that comes returns.
	 * @param listener gets {@code true} while there are any
	 */
	public void setEveryInstanceListener(Consumer<Boolean> listener) {
		this.registry.setEveryInstanceListener(listener);
	}

	/**
	 * Publishes events to the Spring listeners of one more context, for example of a
	 * child of the engine's own. What they throw counts as a hook error.
	 * @param publisher calls the listeners of that context alone
	 * @param listeners whether there is one for a type of event
	 * @return ends it
	 */
	public Runnable publishTo(Consumer<KvEvent> publisher, Predicate<KvEventType> listeners) {
		return this.listeners.add(publisher, listeners);
	}

	public HookRegistry hooks() {
		return this.registry;
	}

	public GuardRegistry guards() {
		return this.guards;
	}

	@Override
	public Pending pendingWork() {
		return Pending.of(this.registry.hooks().stream().map(HookRegistration::pendingWork).toList());
	}

	@Override
	public void start() {
		this.threads.start();
		this.timed.keepIdle(true);
		this.running = true;
	}

	/**
	 * Drains the asynchronous hooks within the shutdown timeout. Returns when none of
	 * them runs any more, or when the timeout has passed. Threads end as soon as they
	 * have nothing to do.
	 */
	@Override
	public void stop() {
		this.threads.drain(this.registry::hooks);
		this.timed.keepIdle(false);
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

}
