package io.github.kvevents.store.redis;

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
		long millis = wanted.toMillis();
		if (LETTUCE_PRESENT && connectionFactory instanceof LettuceConnectionFactory lettuce) {
			millis = Math.min(millis, lettuce.getTimeout() / 2);
		}
		return Duration.ofMillis(Math.max(1, millis));
	}

}
