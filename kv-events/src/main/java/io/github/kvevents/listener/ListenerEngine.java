package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Delivery.RetryDelays;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.RetentionGuard;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.DrivenTime;
import io.github.kvevents.support.WorkerPool;

/**
 * Everything of durable listeners, put together. Listeners begin when it is started, and
 * those that are registered later at once; when it is stopped they finish what they
 * handle within the shutdown timeout, and stay registered for the next start. It keeps
 * entries of the log from being removed that listeners need, also those of other
 * applications.
 */
public final class ListenerEngine implements KvListenerRegistry, RetentionGuard, BackgroundWork, SmartLifecycle {

	/**
	 * Stops before the hooks do, so that hooks still receive what handlers write.
	 */
	public static final int PHASE = 2048;

	/**
	 * For how long a start waits at most until the store knows where listeners begin, so
	 * that one which hangs doesn't keep the application from starting.
	 */
	static final Duration BEGIN = Duration.ofSeconds(2);

	private final ChangeLogStore log;

	private final ChangeFeed feed;

	private final ListenerStore store;

	private final KvCodec codec;

	private final String instanceId;

	private final ListenerSettings settings;

	private final Consumer<LogGapEvent> gapPublisher;

	private final @Nullable DrivenTime driven;

	private final ObservationRegistry observationRegistry;

	private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

	/** Those of which something may still be under way. */
	private final Map<String, Subscription> closed = new HashMap<>();

	private final List<Consumer<String>> observers = new CopyOnWriteArrayList<>();

	private final List<Consumer<String>> removalObservers = new CopyOnWriteArrayList<>();

	private final WorkerPool pool = LoopThreads.newPool();

	private final LoopThreads threads = new LoopThreads(this.pool);

	private final SharedPages pages;

	private boolean running;

	ListenerEngine(ListenerEngineBuilder builder) {
		this.log = builder.log;
		this.pages = new SharedPages(this.log, System::nanoTime);
		this.feed = builder.feed;
		this.store = builder.store;
		this.codec = builder.codec;
		this.instanceId = builder.instanceId;
		this.settings = builder.settings;
		this.gapPublisher = builder.gapPublisher;
		this.driven = builder.driven;
		this.observationRegistry = builder.observationRegistry;
	}

	/**
	 * Starts an engine.
	 * @param log the change log
	 * @param feed signals when there is something new in it
	 * @param store where listeners keep their checkpoints
	 * @param codec decodes the values of events
	 * @return a builder with the default of each other part
	 */
	public static ListenerEngineBuilder builder(ChangeLogStore log, ChangeFeed feed, ListenerStore store,
			KvCodec codec) {
		return new ListenerEngineBuilder(log, feed, store, codec);
	}

	@Override
	public KvSubscription register(String id, ListenerOptions options, KvEventHandler handler) {
		Assert.hasText(id, () -> "'id' must not be empty but was '" + id + "'");
		KvKeys.requireUtf8("id", id);
		Assert.notNull(options, "'options' must not be null");
		Assert.notNull(handler, "'handler' must not be null");
		options.getSelector().requireLogged();
		Subscription subscription = add(id, options, handler);
		subscription.awaitBegin(System.nanoTime() + BEGIN.toNanos());
		return subscription;
	}

	private Subscription add(String id, ListenerOptions options, KvEventHandler handler) {
		synchronized (this.subscriptions) {
			Assert.isTrue(!this.subscriptions.containsKey(id),
					() -> "'id' must be unique, but there is a listener '" + id + "' already");
			Subscription subscription = create(id, options, handler);
			this.subscriptions.put(id, subscription);
			Subscription closed = this.closed.remove(id);
			if (closed != null) {
				subscription.startBehind(closed);
			}
			if (this.running) {
				subscription.start();
			}
			this.observers.forEach((observer) -> observer.accept(id));
			return subscription;
		}
	}

	/**
	 * Observes the listeners that are registered from now on.
	 * @param observer receives the id of each
	 */
	public void onRegistration(Consumer<String> observer) {
		this.observers.add(observer);
	}

	/**
	 * Observes the listeners that are closed or removed from now on.
	 * @param observer receives the id of each, and again when an observed call that was
	 * in flight then has ended
	 */
	public void onRemoval(Consumer<String> observer) {
		this.removalObservers.add(observer);
	}

	private Subscription create(String id, ListenerOptions options, KvEventHandler handler) {
		ListenerCounters counters = new ListenerCounters(
				(this.driven != null) ? this.driven.clock() : Clock.systemUTC());
		Map<Integer, ProcessedHistory> processed = new ConcurrentHashMap<>();
		DeliveryPolicy outside = policy(id, options, handler, counters, () -> {
		});
		outside.warnIfEndless();
		int partitions = this.log.getSettings().namespace().partitions();
		DeadLetters deadLetters = new DeadLetters(id, this.instanceId, partitions, this.store, outside);
		ListenerMembership membership = new ListenerMembership(this.store, id, this.instanceId, partitions,
				this.settings.lease(), System::nanoTime);
		TruncationDetector truncation = new TruncationDetector(this.log, this.pages);
		return new Subscription(options, this.settings, membership, truncation, counters,
				() -> run(membership, truncation, options, handler, counters, processed), deadLetters, this::closed);
	}

	/**
	 * What is made anew for each start; what is counted and known stays.
	 */
	private SubscriptionRun run(ListenerMembership membership, TruncationDetector truncation, ListenerOptions options,
			KvEventHandler handler, ListenerCounters counters, Map<Integer, ProcessedHistory> processed) {
		String id = membership.listener();
		PooledLoop loop = new PooledLoop(this.threads, System::nanoTime);
		PendingDeliveries deliveries = new PendingDeliveries("kv-listener-" + id, options.getConcurrency(),
				System::nanoTime, this.driven, loop::wakeUp);
		DeliveryPolicy policy = policy(id, options, handler, counters, loop::wakeUp);
		GapReporter gaps = new GapReporter(id, handler, this.gapPublisher, counters);
		Delay tick = SubscriptionLoop.tick(membership.lease());
		AssignedPartitions partitions = new AssignedPartitions(membership, truncation, options, deliveries, policy,
				gaps, processed, tick, this.log.isDistributed());
		SubscriptionShutdown shutdown = new SubscriptionShutdown(membership, partitions, deliveries, policy,
				this.settings.shutdownTimeout(), tick);
		return new SubscriptionRun(membership, deliveries,
				new SubscriptionLoop(membership, partitions, deliveries, shutdown, this.feed, loop, gaps.log()), loop);
	}

	private DeliveryPolicy policy(String id, ListenerOptions options, KvEventHandler handler, ListenerCounters counters,
			Runnable wake) {
		boolean exact = this.driven != null;
		RetryDelays delays = new RetryDelays(options, () -> exact ? 0.5 : ThreadLocalRandom.current().nextDouble());
		KvEventHandler observed = new ObservedHandler(id, handler, this.observationRegistry, this::callEnded);
		return new DeliveryPolicy(id, options, observed, this.codec, this.store, counters, delays, wake);
	}

	/**
	 * What observed a call that ended after its listener was closed must not stay.
	 */
	private void callEnded(String id) {
		synchronized (this.subscriptions) {
			if (!this.subscriptions.containsKey(id)) {
				this.removalObservers.forEach((observer) -> observer.accept(id));
			}
		}
	}

	private void closed(Subscription subscription) {
		synchronized (this.subscriptions) {
			if (this.subscriptions.remove(subscription.getId(), subscription)) {
				this.closed.values().removeIf(Subscription::isOver);
				this.closed.put(subscription.getId(), subscription);
				this.removalObservers.forEach((observer) -> observer.accept(subscription.getId()));
			}
		}
	}

	@Override
	public Optional<KvSubscription> find(String id) {
		Assert.notNull(id, "'id' must not be null");
		synchronized (this.subscriptions) {
			return Optional.ofNullable(this.subscriptions.get(id));
		}
	}

	@Override
	public Collection<KvSubscription> all() {
		synchronized (this.subscriptions) {
			return List.copyOf(this.subscriptions.values());
		}
	}

	@Override
	public @Nullable KvPosition oldestNeeded(int partition) {
		return this.store.oldestNeeded(partition, this.log.getSettings().maxAge());
	}

	private List<SubscriptionRun> running() {
		synchronized (this.subscriptions) {
			return this.subscriptions.values().stream().map(Subscription::running).filter(Objects::nonNull).toList();
		}
	}

	@Override
	public Pending pendingWork() {
		return Pending.of(running().stream().map(SubscriptionRun::pendingWork).toList());
	}

	@Override
	public @Nullable Instant nextDue() {
		return running().stream()
			.map((run) -> run.deliveries().nextDue())
			.filter(Objects::nonNull)
			.min(Comparator.naturalOrder())
			.orElse(null);
	}

	/**
	 * Has each listener look which of its retries are due.
	 */
	@Override
	public void beginDue() {
		running().forEach((run) -> run.loop().beginDue());
	}

	@Override
	public void start() {
		List<Subscription> begun;
		this.pool.keepIdle(true);
		synchronized (this.subscriptions) {
			this.running = true;
			begun = List.copyOf(this.subscriptions.values());
			begun.forEach(Subscription::start);
		}
		long end = System.nanoTime() + BEGIN.toNanos();
		begun.forEach((subscription) -> subscription.awaitBegin(end));
	}

	/**
	 * Stops all listeners, at the same time. They stay registered: with the next start
	 * each resumes from its checkpoint.
	 */
	@Override
	public void stop() {
		List<Subscription> open;
		synchronized (this.subscriptions) {
			this.running = false;
			open = List.copyOf(this.subscriptions.values());
		}
		open.forEach(Subscription::suspend);
		Subscription.awaitEnd(open, this.settings);
		this.pool.keepIdle(false);
	}

	@Override
	public boolean isRunning() {
		synchronized (this.subscriptions) {
			return this.running;
		}
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
