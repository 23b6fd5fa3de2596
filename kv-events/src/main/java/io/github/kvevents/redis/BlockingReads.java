package io.github.kvevents.redis;

import java.time.Duration;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * How long a blocking command may wait in Redis.
 */
public final class BlockingReads {

	private static final boolean LETTUCE_PRESENT = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			BlockingReads.class.getClassLoader());

	/** The longest wait of one command, however long the caller wants to wait. */
	static final Duration MAX_WAIT = Duration.ofSeconds(2);

	private BlockingReads() {
	}

	/**
	 * A time that ends well before the command timeout of the driver. Drivers other than
	 * Lettuce have no timeout for blocking commands.
	 * @param connectionFactory where the connection comes from
	 * @param wanted how long the caller wants to wait
	 * @return at most that, at least a millisecond, since zero means for ever
	 */
	public static Duration waitTime(RedisConnectionFactory connectionFactory, Duration wanted) {
		long wait = ((wanted.compareTo(MAX_WAIT) < 0) ? wanted : MAX_WAIT).toMillis();
		long longest = commandTimeout(connectionFactory, MAX_WAIT.multipliedBy(2)).toMillis() / 2;
		return Duration.ofMillis(Math.max(1, Math.min(wait, longest)));
	}

	/**
	 * The command timeout of the driver.
	 * @param connectionFactory where the connection comes from
	 * @param other the result for drivers other than Lettuce, and without a timeout:
	 * Lettuce takes zero for none
	 */
	static Duration commandTimeout(RedisConnectionFactory connectionFactory, Duration other) {
		RedisConnectionFactory configured = LinkedFactory.configured(connectionFactory);
		return (LETTUCE_PRESENT && configured instanceof LettuceConnectionFactory lettuce && lettuce.getTimeout() > 0)
				? Duration.ofMillis(lettuce.getTimeout()) : other;
	}

	/**
	 * Whether an interrupt of the thread ends a blocking command. The connection is
	 * unusable afterwards.
	 * @param connectionFactory where the connection comes from
	 * @return {@code false} if the thread continues to wait
	 */
	public static boolean endOnInterrupt(RedisConnectionFactory connectionFactory) {
		return isLettuce(LinkedFactory.configured(connectionFactory));
	}

	static boolean isLettuce(RedisConnectionFactory connectionFactory) {
		return LETTUCE_PRESENT && connectionFactory instanceof LettuceConnectionFactory;
	}

}
