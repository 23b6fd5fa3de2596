package io.github.kvevents.redis.driver;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The connections that kv-events may take from the pool of the application: all but one.
 * A caller that finds none fails after two seconds with the reason instead of waiting for
 * ever. For our packages.
 */
public final class PoolShare {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final int poolSize;

	private final Semaphore left;

	/**
	 * Creates a share of which nothing is taken.
	 * @param poolSize how many connections the pool holds at most
	 */
	public PoolShare(int poolSize) {
		this.poolSize = poolSize;
		this.left = new Semaphore(Math.max(1, poolSize - 1));
	}

	/**
	 * How many connections the pool of a factory holds at most.
	 * @param factory any factory
	 * @return the number, {@code null} for no pool or no limit
	 */
	public static @Nullable Integer sizeOf(RedisConnectionFactory factory) {
		// by name: neither the pool nor the drivers need be there
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(factory);
		for (String pool : new String[] { "clientConfiguration.poolConfig", "poolConfig" }) {
			Integer size = size(properties, pool + ".maxTotal");
			if (size != null && size > 0) {
				return size;
			}
		}
		return null;
	}

	private static @Nullable Integer size(BeanWrapper properties, String name) {
		if (properties.isReadableProperty("usePool") && !Boolean.TRUE.equals(properties.getPropertyValue("usePool"))) {
			return null;
		}
		return (properties.isReadableProperty(name) && properties.getPropertyValue(name) instanceof Integer size) ? size
				: null;
	}

	/**
	 * Takes a connection.
	 * @throws TransientDataAccessResourceException if none is left for two seconds
	 */
	public void acquire() {
		try {
			if (this.left.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		throw new TransientDataAccessResourceException(("No connection is left for kv-events in the pool of %d of the "
				+ "application: raise 'max-active' of the pool ('spring.data.redis.jedis.pool.max-active' or "
				+ "'spring.data.redis.lettuce.pool.max-active')")
			.formatted(this.poolSize));
	}

	/**
	 * Gives a connection back.
	 */
	public void release() {
		this.left.release();
	}

}
