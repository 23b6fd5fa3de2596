package io.github.kvevents.redis;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

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

/**
 * The way to Redis of everything in one application context. With Lettuce it has
 * connections of its own, configured as those of the application: nothing that is sent
 * here waits before or behind a command of the application, nor takes a connection out of
 * its pool. With other drivers it uses the application's factory.
 * <p>
 * While Redis isn't reached or doesn't answer, one attempt at a time connects, and all
 * others wait for that one: two seconds altogether while the application context starts,
 * and as long as the driver lets a command take afterwards. When the context closes and
 * Redis doesn't answer within a second, all that waits for it fails at once, and so does
 * what is asked for later. That Redis is away is logged once, and once that it answers.
 * <p>
 * Nothing connects before it is needed. Used by many threads at once.
 */
public final class RedisLink implements SmartLifecycle, DisposableBean, ApplicationContextAware,
		ApplicationListener<ApplicationContextEvent> {

	/**
	 * Begins before and stops behind all that uses it.
	 */
	public static final int PHASE = 0;

	private static final Log logger = LogFactory.getLog(RedisLink.class);

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
				BlockingReads.commandTimeout(application, Duration.ofSeconds(60)));
		this.factory = new LinkedFactory(this.target, this.state, () -> this.target.connect(this.state),
				new LinkedFactory(this.target, this.state, () -> this.target.connectForPages(this.state), null));
		this.readFactory = new LinkedFactory(this.target, this.state,
				() -> WatchedCalls.watch(application.getConnection(), this.state, () -> {
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
	 * Connections for what the application reads by itself: from replicas where its
	 * factory does. All else that is read decides something, and is read from the primary
	 * by the {@linkplain #connectionFactory() others}.
	 * @return a factory that may be used at any time, the other one where it makes no
	 * difference
	 */
	public RedisConnectionFactory readConnectionFactory() {
		return this.target.readsElsewhere() ? this.readFactory : this.factory;
	}

	/**
	 * Connections for reads whose replies may be larger than the server or the time-out
	 * lets pass: such a read fails at once, isn't sent again, and holds up nothing but
	 * other reads of this kind.
	 * @param factory a factory, of a link perhaps
	 * @return the factory to read with, the same one where there is none of this kind
	 */
	public static RedisConnectionFactory forPages(RedisConnectionFactory factory) {
		return LinkedFactory.forPages(factory);
	}

	/**
	 * Has a native image know what is found by reflection here.
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
		hints.reflection()
			.registerType(
					TypeReference.of("org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory"),
					(type) -> type.withField(OwnLettuce.CONFIGURATION));
	}

	/**
	 * Has the next who needs Redis ask first whether it answers.
	 */
	public void doubt() {
		this.state.doubt();
	}

	/**
	 * How many connections the application's pool holds.
	 * @return the number, {@code null} for no pool or one without limit
	 */
	public @Nullable Integer getPoolSize() {
		return this.target.poolSize();
	}

	/**
	 * Whether connections are taken out of the application's pool. Nothing connects.
	 * @return {@code false} if the connections are those of this link alone
	 */
	public boolean isPooled() {
		return this.target.isPooled();
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * A child context has a link of its own, but its events come here, too.
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
			Thread closer = new Thread(this::watchClosing, "kv-redis-close");
			closer.setDaemon(true);
			closer.start();
		}
	}

	private void watchClosing() {
		if (!this.state.answersUntilStopped()) {
			logger.warn("Redis doesn't answer while the application closes: what was not confirmed is redelivered or "
					+ "taken over by other instances");
			this.target.forOwn(OwnLettuce::cut);
			this.state.interruptAttempt();
		}
	}

	@Override
	public void start() {
		this.target.forOwn(OwnLettuce::start);
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
		end(OwnLettuce::stop);
	}

	/**
	 * The factory makes its connection and closes it under one lock. An attempt to
	 * connect whose client is shut down would keep that lock for ever, so it is
	 * interrupted, and nobody waits for the lock longer than for Redis.
	 */
	private void end(Consumer<RedisConnectionFactory> ending) {
		if (this.target.own() == null || this.state.isAbandoned()) {
			return;
		}
		if (!this.state.isConnecting()) {
			this.target.forOwn(ending);
			return;
		}
		this.target.forOwn(OwnLettuce::cut);
		this.state.interruptAttempt();
		Thread closer = new Thread(() -> this.target.forOwn(ending), "kv-redis-close");
		closer.setDaemon(true);
		closer.start();
		try {
			closer.join(LinkState.CLOSING_MILLIS);
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
		end(OwnLettuce::destroy);
	}

}
