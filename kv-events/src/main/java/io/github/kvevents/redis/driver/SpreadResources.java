package io.github.kvevents.redis.driver;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.EventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.SocketAddressResolver;
import io.lettuce.core.tracing.Tracing;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;

/**
 * The threads and settings of the application's driver, with a delay of its own between
 * attempts to reconnect. By default Lettuce doubles the delay up to half a minute,
 * without chance: all connections of all instances, which lose a server at the same
 * moment, would reconnect at the same moments, and up to as late again as the server was
 * away.
 */
public record SpreadResources(ClientResources resources, Delay reconnectDelay) implements ClientResources {

	/**
	 * What to connect with.
	 * @param application the resources of the application; a delay that it has set itself
	 * stays
	 */
	public static Optional<ClientResources> of(Optional<ClientResources> application) {
		return application.map((resources) -> isDefault(resources.reconnectDelay())
				? new SpreadResources(resources, new RandomDelay()) : resources);
	}

	private static boolean isDefault(Delay delay) {
		Delay byDefault = Delay.exponential();
		return LongStream.of(1, 7, 12, 40)
			.allMatch((attempt) -> delay.createDelay(attempt).equals(byDefault.createDelay(attempt)));
	}

	@Override
	public ClientResources.Builder mutate() {
		return this.resources.mutate().reconnectDelay(this.reconnectDelay);
	}

	/**
	 * Does nothing: they belong to the application.
	 */
	@Override
	public Future<Boolean> shutdown() {
		return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
	}

	@Override
	public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit timeUnit) {
		return shutdown();
	}

	@Override
	public AddressResolverGroup<?> addressResolverGroup() {
		return this.resources.addressResolverGroup();
	}

	@Override
	public EventPublisherOptions commandLatencyPublisherOptions() {
		return this.resources.commandLatencyPublisherOptions();
	}

	@Override
	public CommandLatencyRecorder commandLatencyRecorder() {
		return this.resources.commandLatencyRecorder();
	}

	@Override
	public int computationThreadPoolSize() {
		return this.resources.computationThreadPoolSize();
	}

	@Override
	public EventBus eventBus() {
		return this.resources.eventBus();
	}

	@Override
	public EventLoopGroupProvider eventLoopGroupProvider() {
		return this.resources.eventLoopGroupProvider();
	}

	@Override
	public EventExecutorGroup eventExecutorGroup() {
		return this.resources.eventExecutorGroup();
	}

	@Override
	public int ioThreadPoolSize() {
		return this.resources.ioThreadPoolSize();
	}

	@Override
	public NettyCustomizer nettyCustomizer() {
		return this.resources.nettyCustomizer();
	}

	@Override
	public SocketAddressResolver socketAddressResolver() {
		return this.resources.socketAddressResolver();
	}

	@Override
	public Timer timer() {
		return this.resources.timer();
	}

	@Override
	public Tracing tracing() {
		return this.resources.tracing();
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
