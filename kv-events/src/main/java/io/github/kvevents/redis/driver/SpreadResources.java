package io.github.kvevents.redis.driver;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;

/**
 * The threads and settings of the application's driver, with a delay of its own between
 * attempts to reconnect. By default Lettuce doubles the delay up to half a minute,
 * without chance: all connections of all instances, which lose a server at the same
 * moment, would reconnect at the same moments, and up to as late again as the server was
 * away.
 */
final class SpreadResources {

	private SpreadResources() {
	}

	/**
	 * What to connect with.
	 * @param application the resources of the application; a delay that it has set itself
	 * stays
	 */
	static ClientResources of(ClientResources application) {
		return isDefault(application.reconnectDelay()) ? with(application, new RandomDelay()) : application;
	}

	private static boolean isDefault(Delay delay) {
		Delay byDefault = Delay.exponential();
		return LongStream.of(1, 7, 12, 40)
			.allMatch((attempt) -> delay.createDelay(attempt).equals(byDefault.createDelay(attempt)));
	}

	/**
	 * Shutting them down does nothing: they belong to the application.
	 */
	private static ClientResources with(ClientResources resources, Delay reconnectDelay) {
		Future<Boolean> shutdown = ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
		return OwnResources.of(resources, Map.of("reconnectDelay", () -> reconnectDelay, "mutate",
				() -> resources.mutate().reconnectDelay(reconnectDelay), "shutdown", () -> shutdown));
	}

	/**
	 * Doubles from some milliseconds to two seconds; half of it is left to chance.
	 */
	private static final class RandomDelay extends Delay {

		private static final long FIRST_MILLIS = 4;

		private static final long MAX_MILLIS = 2000;

		@Override
		public Duration createDelay(long attempt) {
			long most = Math.min(MAX_MILLIS, FIRST_MILLIS << Math.min(Math.max(attempt, 0), 16));
			return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
		}

	}

}
