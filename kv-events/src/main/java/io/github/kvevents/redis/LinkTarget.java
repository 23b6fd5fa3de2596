package io.github.kvevents.redis;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Where the connections of a link come from: with Lettuce from a factory of its own, else
 * from the application's, and then with a share of its pool. Nothing is made before it is
 * needed. Used by many threads at once.
 */
final class LinkTarget {

	private final RedisConnectionFactory application;

	private volatile @Nullable RedisConnectionFactory factory;

	private volatile @Nullable PoolShare share;

	private final @Nullable PageConnection pages;

	LinkTarget(RedisConnectionFactory application) {
		this.application = application;
		this.pages = BlockingReads.isLettuce(application) ? new PageConnection(application) : null;
	}

	/**
	 * The application's factory, which has the settings.
	 */
	RedisConnectionFactory application() {
		return this.application;
	}

	/**
	 * The factory that is used.
	 */
	RedisConnectionFactory factory() {
		RedisConnectionFactory factory = this.factory;
		return (factory != null) ? factory : makeFactory();
	}

	private synchronized RedisConnectionFactory makeFactory() {
		RedisConnectionFactory factory = this.factory;
		if (factory == null) {
			factory = BlockingReads.isLettuce(this.application) ? OwnLettuce.of(this.application) : this.application;
			Integer poolSize = (factory == this.application) ? poolSize() : null;
			this.share = (poolSize != null) ? new PoolShare(poolSize) : null;
			this.factory = factory;
		}
		return factory;
	}

	/**
	 * Whether it was needed already.
	 */
	boolean isUsed() {
		return this.factory != null;
	}

	/**
	 * The factory that is the link's own.
	 * @return the factory, {@code null} if there is none, or none yet
	 */
	@Nullable RedisConnectionFactory own() {
		RedisConnectionFactory factory = this.factory;
		return (factory != this.application) ? factory : null;
	}

	/**
	 * How many connections the application's pool holds, {@code null} for no pool or one
	 * without limit.
	 */
	@Nullable Integer poolSize() {
		return PoolShare.sizeOf(this.application);
	}

	/**
	 * Whether connections are taken out of that pool.
	 */
	boolean isPooled() {
		return factory() == this.application && poolSize() != null;
	}

	/**
	 * Whether the application reads from other servers than it writes to.
	 */
	boolean readsElsewhere() {
		return BlockingReads.isLettuce(this.application) && OwnLettuce.readsElsewhere(this.application);
	}

	/**
	 * Makes a connection. One out of the pool may take as long as an answer.
	 * @param state knows of the calls of the connection
	 */
	RedisConnection connect(LinkState state) {
		RedisConnectionFactory factory = factory();
		PoolShare share = this.share;
		if (share == null) {
			return WatchedCalls.watch(factory.getConnection(), state, () -> {
			});
		}
		share.acquire();
		LinkState.Call call = state.begin();
		try {
			return WatchedCalls.watch(factory.getConnection(), state, share::release);
		}
		catch (RuntimeException ex) {
			share.release();
			throw ex;
		}
		finally {
			state.end(call);
		}
	}

	/**
	 * Makes what the only attempt at a time makes.
	 */
	RedisConnection connectAll() {
		RedisConnection connection = factory().getConnection();
		if (this.pages != null) {
			this.pages.connect();
		}
		return connection;
	}

	/**
	 * Makes a connection for reads that may be large.
	 * @param state has it connected if it isn't
	 */
	RedisConnection connectForPages(LinkState state) {
		PageConnection pages = this.pages;
		if (pages == null || !pages.isUsable()) {
			return connect(state);
		}
		if (!pages.isOpen()) {
			state.doubt();
			state.awaitAnswer();
		}
		return WatchedCalls.watch(pages.get(), state, () -> {
		});
	}

	/**
	 * Does something with each factory that is the link's own.
	 */
	void forOwn(Consumer<RedisConnectionFactory> action) {
		RedisConnectionFactory own = own();
		if (own != null) {
			action.accept(own);
			if (this.pages != null) {
				this.pages.ifUsed(action);
			}
		}
	}

}
