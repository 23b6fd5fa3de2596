package io.github.kvevents.redis.driver;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.TimeoutOptions.TimeoutSource;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;

import org.springframework.util.ReflectionUtils;

import io.github.kvevents.support.CallDeadline;

/**
 * Lets commands end at the {@link CallDeadline} of the thread that sends them: the driver
 * knows timeouts of connections and of clients only.
 */
public final class CommandDeadline extends TimeoutSource {

	/** They wait in Redis on purpose. */
	private static final Set<ProtocolKeyword> WAITING = Set.of(CommandType.XREAD, CommandType.XREADGROUP);

	private final TimeoutOptions options;

	private final long timeoutNanos;

	private CommandDeadline(TimeoutOptions options, Duration timeout) {
		this.options = options;
		this.timeoutNanos = timeout.toNanos();
	}

	/**
	 * The timeouts of the application, and earlier ones where that is needed.
	 * @param options those of the application
	 * @param timeout its command timeout
	 * @return the options to connect with
	 */
	public static TimeoutOptions in(TimeoutOptions options, Duration timeout) {
		TimeoutOptions.Builder bounded = TimeoutOptions.builder().timeoutSource(new CommandDeadline(options, timeout));
		copyRelaxed(options, bounded);
		return bounded.build();
	}

	/**
	 * The Lettuce of Spring Boot 4.0 has no longer timeouts for times of maintenance.
	 */
	private static void copyRelaxed(TimeoutOptions options, TimeoutOptions.Builder bounded) {
		Method relaxed = ReflectionUtils.findMethod(TimeoutOptions.class, "getRelaxedTimeout");
		Method setter = ReflectionUtils.findMethod(TimeoutOptions.Builder.class, "relaxedTimeoutsDuringMaintenance",
				Duration.class);
		if (relaxed != null && setter != null) {
			ReflectionUtils.invokeMethod(setter, bounded, ReflectionUtils.invokeMethod(relaxed, options));
		}
	}

	/**
	 * Called on the thread that sends the command.
	 */
	@Override
	public long getTimeout(RedisCommand<?, ?, ?> command) {
		long usual = usual(command);
		Long end = CallDeadline.get();
		if (end == null || WAITING.contains(command.getType())) {
			return usual;
		}
		long left = Math.max(1, end - System.nanoTime());
		return (usual > 0) ? Math.min(usual, left) : left;
	}

	/**
	 * Less than 1 for no timeout.
	 */
	private long usual(RedisCommand<?, ?, ?> command) {
		if (!this.options.isTimeoutCommands()) {
			return -1;
		}
		TimeoutSource source = this.options.getSource();
		return (this.options.isApplyConnectionTimeout() || source == null) ? this.timeoutNanos
				: source.getTimeUnit().toNanos(source.getTimeout(command));
	}

	@Override
	public TimeUnit getTimeUnit() {
		return TimeUnit.NANOSECONDS;
	}

}
