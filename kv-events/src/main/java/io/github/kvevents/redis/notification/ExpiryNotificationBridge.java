package io.github.kvevents.redis.notification;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.redis.ClusterNodes;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.BoundedExecutor;

/**
 * Turns the notifications that the Redis server sends when a key expires into
 * {@link KvExpiredEvent}s, detected by {@link KvExpirySource#NOTIFICATION}: best effort,
 * without value and deadline, on every instance; notifications are missed while the
 * server is not reachable. In Redis Cluster it listens to each primary.
 * <p>
 * There is a connection only while this instance has receivers. That is checked every
 * second, so a hook that is registered at run time receives expiries about a second
 * later. Starting never waits for the server: until it is reachable, connecting is
 * retried with a back-off. After a reconnect the subscription is renewed, and the setting
 * of the server is checked again.
 * <p>
 * Events are dispatched on the bridge's own threads, at most
 * {@link NotificationSettings#dispatchThreads()} at a time; synchronous hooks run there.
 * Notifications that find the queue full are dropped, counted and logged as a warning.
 * Stopping takes a few seconds at most and drops queued notifications.
 */
public final class ExpiryNotificationBridge implements SmartLifecycle {

	static final String THREAD_PREFIX = "kv-expiry-notify-";

	private static final Duration HOOK_GRACE = Duration.ofSeconds(2);

	private final RedisConnectionFactory connectionFactory;

	private final NotificationSettings settings;

	private final Function<byte[], Optional<String>> keyReader;

	private final KvEventDispatcher dispatcher;

	private final KvCodec codec;

	private final String origin;

	private final Clock clock;

	private final @Nullable TrackedKeys trackedKeys;

	private volatile boolean running;

	private volatile @Nullable NotificationLoop loop;

	private @Nullable BoundedExecutor executor;

	private @Nullable NotificationIntake intake;

	/**
	 * Creates a bridge that is not started. Nothing connects.
	 * @param connectionFactory makes the connections
	 * @param settings how to listen
	 * @param keyReader converts a key in Redis to the key of the application, empty if it
	 * is not a key of the application; called on the thread of the client, so it must be
	 * quick
	 * @param dispatcher gets the events
	 * @param codec the codec of the events
	 * @param origin the id of this instance
	 * @param clock gives the time at which a notification arrives
	 */
	public ExpiryNotificationBridge(RedisConnectionFactory connectionFactory, NotificationSettings settings,
			Function<byte[], Optional<String>> keyReader, KvEventDispatcher dispatcher, KvCodec codec, String origin,
			Clock clock) {
		this(connectionFactory, settings, keyReader, dispatcher, codec, origin, clock, null);
	}

	/**
	 * Creates a bridge that is not started and that ignores notifications of tracked
	 * keys.
	 * @param connectionFactory as above
	 * @param settings as above
	 * @param keyReader as above
	 * @param dispatcher as above
	 * @param codec as above
	 * @param origin as above
	 * @param clock as above
	 * @param namespace the namespace whose tracked keys are ignored, since tracking
	 * delivers their expiries
	 */
	public ExpiryNotificationBridge(RedisConnectionFactory connectionFactory, NotificationSettings settings,
			Function<byte[], Optional<String>> keyReader, KvEventDispatcher dispatcher, KvCodec codec, String origin,
			Clock clock, @Nullable Namespace namespace) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(settings, "'settings' must not be null");
		Assert.notNull(keyReader, "'keyReader' must not be null");
		Assert.notNull(dispatcher, "'dispatcher' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		Assert.hasText(origin, "'origin' must not be empty");
		Assert.notNull(clock, "'clock' must not be null");
		this.connectionFactory = connectionFactory;
		this.settings = settings;
		this.keyReader = keyReader;
		this.dispatcher = dispatcher;
		this.codec = codec;
		this.origin = origin;
		this.clock = clock;
		this.trackedKeys = (namespace != null) ? new TrackedKeys(connectionFactory, namespace) : null;
	}

	@Override
	public synchronized void start() {
		if (this.running) {
			return;
		}
		this.running = true;
		if (this.settings.mode() == NotificationMode.OFF) {
			return;
		}
		BoundedExecutor executor = new BoundedExecutor(THREAD_PREFIX, this.settings.dispatchThreads(),
				this.settings.queueCapacity());
		NotificationIntake intake = new NotificationIntake(executor, this.keyReader, this.dispatcher, this.codec,
				this.origin, this.clock, this.trackedKeys, this.settings.queueCapacity());
		ClusterNodes nodes = ClusterNodes.of(this.connectionFactory);
		NotificationSource source = (nodes != null) ? new ClusterSource(nodes)
				: new SingleServerSource(this.connectionFactory, this.settings.database());
		NotificationLoop loop = new NotificationLoop(source, this.settings, intake,
				() -> this.dispatcher.hasReceivers(KvEventType.EXPIRED));
		this.executor = executor;
		this.loop = loop;
		this.intake = intake;
		intake.start();
		loop.start();
	}

	@Override
	public synchronized void stop() {
		if (!this.running) {
			return;
		}
		this.running = false;
		if (this.loop != null) {
			this.loop.stop();
		}
		if (this.intake != null) {
			this.intake.stop();
			this.intake = null;
		}
		if (this.executor != null) {
			this.executor.close(Duration.ZERO, HOOK_GRACE);
			this.executor = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * The status of the bridge. May be called at any time, sends nothing.
	 * @return a snapshot; the counters are those since the last start
	 */
	public NotificationStatus getStatus() {
		NotificationLoop loop = this.loop;
		return (loop != null) ? loop.getStatus()
				: new NotificationStatus(this.settings.mode(), NotificationStatus.State.OFF, "", false, 0, 0, null);
	}

}
