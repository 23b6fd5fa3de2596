package io.github.kvevents.redis;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.redis.topology.OpenChannels;
import io.github.kvevents.support.DaemonThreads;

/**
 * The connections of kv-events to Redis in one application context. With Lettuce it has
 * connections of its own, configured like those of the application: its commands never
 * queue with those of the application and take no connection from its pool. With other
 * drivers it uses the factory of the application.
 * <p>
 * While Redis is not reachable or does not answer, one attempt at a time connects and all
 * callers wait for it: two seconds without an answer while the application context
 * starts, all beans together, later at most for the command timeout. If Redis does not
 * answer within a second when the context closes, all waiting calls fail at once, and so
 * do later calls. An outage is logged once, and so is its end.
 * <p>
 * If Sentinels watch the primary, one of them is subscribed to, and the connections move
 * to a new primary as soon as the Sentinels name it. Writes that a replica refuses make
 * the connections look for the primary, once a second at most.
 * <p>
 * Nothing connects before it is needed. Used by many threads at once.
 */
public final class RedisLink implements SmartLifecycle, DisposableBean, ApplicationContextAware,
		ApplicationListener<ApplicationContextEvent> {

	/**
	 * Starts before and stops after all beans that use it.
	 */
	public static final int PHASE = 0;

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	/** How long the driver may take to close its connections. */
	private static final long ENDING_MILLIS = 5000;

	private final LinkTarget target;

	private final LinkState state;

	private final RedisConnectionFactory factory;

	private final RedisConnectionFactory readFactory;

	private @Nullable ApplicationContext context;

	private volatile boolean running;

	/**
	 * Creates a link; nothing connects.
	 * @param application the application's factory of connections
	 */
	public RedisLink(RedisConnectionFactory application) {
		Assert.notNull(application, "'application' must not be null");
		this.target = new LinkTarget(application);
		this.state = new LinkState(this.target::connectAll,
				BlockingReads.commandTimeout(application, Duration.ofSeconds(60)),
				RedisConnections.isCluster(application) ? new NodeOutages(() -> this.target.factory().getConnection())
						: null,
				this.target::mayRepeat);
		this.factory = new LinkedFactory(this.target, this.state, (waited) -> this.target.connect(this.state, waited),
				new LinkedFactory(this.target, this.state, (waited) -> this.target.connectForPages(this.state, waited),
						null));
		this.readFactory = new LinkedFactory(this.target, this.state,
				(waited) -> WatchedCalls.watch(application.getConnection(), this.state, waited, () -> {
				}), null);
	}

	/**
	 * The connections of the link.
	 * @return a factory that may be used at any time
	 */
	public RedisConnectionFactory connectionFactory() {
		return this.factory;
	}

	/**
	 * Connections for reads of the application: from replicas if its factory reads from
	 * replicas. All other reads are the basis of decisions and use the primary, through
	 * the {@linkplain #connectionFactory() other connections}.
	 * @return a factory that may be used at any time, the same one if the application
	 * reads from the primary
	 */
	public RedisConnectionFactory readConnectionFactory() {
		return this.target.readsElsewhere() ? this.readFactory : this.factory;
	}

	/**
	 * Connections for reads whose replies may exceed the limits of the server or the
	 * timeout: such a read fails at once, is not retransmitted, and delays only other
	 * reads of this kind.
	 * @param factory any factory, possibly of a link
	 * @return the factory to read with, the same one if there is no such connection
	 */
	public static RedisConnectionFactory forPages(RedisConnectionFactory factory) {
		return LinkedFactory.forPages(factory);
	}

	/**
	 * Registers reflection hints for a native image.
	 * @param hints where to register it
	 */
	public static void registerHints(RuntimeHints hints) {
		for (Class<?> type : new Class<?>[] { RedisConnection.class, RedisClusterConnection.class }) {
			hints.proxies().registerJdkProxy(type);
			for (Method method : type.getMethods()) {
				if (WatchedCalls.isGroup(method)) {
					hints.proxies().registerJdkProxy(method.getReturnType());
				}
			}
		}
		hints.proxies().registerJdkProxy(TypeReference.of("io.lettuce.core.resource.ClientResources"));
		for (String type : new String[] { "io.lettuce.core.TimeoutOptions",
				"io.lettuce.core.TimeoutOptions$Builder" }) {
			hints.reflection().registerType(TypeReference.of(type), MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		hints.reflection()
			.registerType(
					TypeReference.of("org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory"),
					(type) -> type.withField(OwnLettuce.CONFIGURATION))
			.registerType(TypeReference.of("io.lettuce.core.AbstractRedisClient"),
					(type) -> type.withField(OpenChannels.CHANNELS));
	}

	/**
	 * Makes the next call check first whether Redis answers.
	 */
	public void doubt() {
		this.state.doubt();
	}

	/**
	 * Whether the connections are to a Redis Cluster. Nothing connects.
	 * @return {@code false} for one server, Sentinel, or primary and replicas
	 */
	public boolean isCluster() {
		return this.state.isCluster();
	}

	/**
	 * Whether Redis has answered, and no call has failed since. Nothing is sent.
	 * @return {@code false} also while no connection has been needed
	 */
	public boolean isAnswered() {
		return this.state.isAnswered();
	}

	/**
	 * Runs an action once Redis answers, at once if it does.
	 * @param action must not block; replaces one that still waits
	 */
	public void whenAnswered(Runnable action) {
		this.state.whenAnswered(action);
	}

	/**
	 * Whether connections are taken from the pool of the application. Nothing connects.
	 * @return {@code false} if the link has connections of its own
	 */
	public boolean isPooled() {
		return this.target.isPooled();
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Events of a child context arrive here too, but it has a link of its own.
	 */
	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		if (event.getApplicationContext() != this.context) {
			return;
		}
		if (event instanceof ContextRefreshedEvent) {
			this.state.started();
		}
		else if (event instanceof ContextClosedEvent && this.target.isUsed()) {
			DaemonThreads.single(this::watchClosing, "kv-redis-close").start();
		}
	}

	private void watchClosing() {
		if (!this.state.answersUntilStopped()) {
			logger.warn("Redis doesn't answer while the application closes: unconfirmed work is redelivered or "
					+ "taken over by other instances");
			this.target.forOwn((own) -> OwnLettuce.cut(own));
			this.state.interruptAttempt();
		}
	}

	@Override
	public void start() {
		this.target.forOwn((own) -> OwnLettuce.start(own));
		this.target.followPrimary();
		this.state.setStopped(false);
		this.running = true;
	}

	/**
	 * An attempt to connect that is under way doesn't delay it.
	 */
	@Override
	public void stop() {
		this.running = false;
		this.state.setStopped(true);
		end((own) -> OwnLettuce.stop(own));
	}

	/**
	 * The factory opens and closes its connection under one lock. An attempt to connect
	 * whose client is shut down would hold that lock for ever, so it is interrupted. The
	 * wait is bounded: for the lock, and for a connection that never confirms that it is
	 * closed.
	 */
	void end(Consumer<RedisConnectionFactory> ending) {
		this.target.unfollowPrimary();
		this.target.dropSpares();
		if (this.target.own() == null || this.state.isAbandoned()) {
			return;
		}
		boolean connecting = this.state.isConnecting();
		if (connecting) {
			this.target.forOwn((own) -> OwnLettuce.cut(own));
			this.state.interruptAttempt();
		}
		Thread closer = DaemonThreads.single(() -> this.target.forOwn(ending), "kv-redis-close");
		closer.start();
		try {
			closer.join(connecting ? LinkState.CLOSING_MILLIS : ENDING_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public void destroy() {
		this.state.setStopped(true);
		end((own) -> OwnLettuce.destroy(own));
		this.target.shutDown();
	}

}
