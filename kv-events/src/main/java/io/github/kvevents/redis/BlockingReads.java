package io.github.kvevents.redis;

import java.time.Duration;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * How long a command may wait inside of Redis.
 */
public final class BlockingReads {

	private static final boolean LETTUCE_PRESENT = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			BlockingReads.class.getClassLoader());

	private BlockingReads() {
	}

	/**
	 * A time that is over well before the driver gives a command up. Other drivers than
	 * Lettuce have no time-out for commands that block.
	 * @param connectionFactory where the connection comes from
	 * @param wanted how long the caller would wait
	 * @return at most that, at least a millisecond, since zero means for ever
	 */
	public static Duration waitTime(RedisConnectionFactory connectionFactory, Duration wanted) {
		long longest = commandTimeout(connectionFactory, wanted.multipliedBy(2)).toMillis() / 2;
		return Duration.ofMillis(Math.max(1, Math.min(wanted.toMillis(), longest)));
	}

	/**
	 * After what time the driver gives a command up.
	 * @param connectionFactory where the connection comes from
	 * @param other what to say of other drivers than Lettuce
	 */
	static Duration commandTimeout(RedisConnectionFactory connectionFactory, Duration other) {
		RedisConnectionFactory configured = LinkedFactory.configured(connectionFactory);
		return (LETTUCE_PRESENT && configured instanceof LettuceConnectionFactory lettuce)
				? Duration.ofMillis(lettuce.getTimeout()) : other;
	}

	/**
	 * Whether an interrupt of the thread ends a wait inside of Redis. The connection is
	 * of no use then.
	 * @param connectionFactory where the connection comes from
	 * @return {@code false} if the thread waits on
	 */
	public static boolean endOnInterrupt(RedisConnectionFactory connectionFactory) {
		return isLettuce(LinkedFactory.configured(connectionFactory));
	}

	static boolean isLettuce(RedisConnectionFactory connectionFactory) {
		return LETTUCE_PRESENT && connectionFactory instanceof LettuceConnectionFactory;
	}

}
