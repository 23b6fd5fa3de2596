package io.github.kvevents.redis.driver;

import java.util.Map;
import java.util.function.Supplier;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.protocol.RedisHandshakeHandler;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;

/**
 * Ends attempts to connect for which the driver has no thread any more, as when an
 * application stops. It would log an ERROR with a stack trace for each of them, and the
 * caller would wait for ever.
 * <p>
 * No new connection is begun once the threads have begun to end. The handshake of a
 * connection that a server refused ends at once: the driver leaves it to time out, and
 * closes the connection once more then, when the threads may have ended.
 */
final class QuietAttempts implements NettyCustomizer {

	private final NettyCustomizer application;

	private QuietAttempts(NettyCustomizer application) {
		this.application = application;
	}

	/**
	 * The resources of the application, with such ends.
	 * @param application its resources; what they share stays shared
	 * @return the resources to connect with
	 */
	static ClientResources of(ClientResources application) {
		return OwnResources.of(application, Map.of("nettyCustomizer", ended(application)));
	}

	private static Supplier<Object> ended(ClientResources resources) {
		NettyCustomizer customizer = new QuietAttempts(resources.nettyCustomizer());
		return () -> customizer;
	}

	@Override
	public void afterBootstrapInitialized(Bootstrap bootstrap) {
		EventLoopGroup threads = bootstrap.config().group();
		if (threads != null && threads.isShuttingDown()) {
			throw new RedisConnectionException("The connections of kv-events are closed");
		}
		this.application.afterBootstrapInitialized(bootstrap);
	}

	@Override
	public void afterChannelInitialized(Channel channel) {
		RedisHandshakeHandler handshake = channel.pipeline().get(RedisHandshakeHandler.class);
		if (handshake != null) {
			channel.pipeline().addFirst(new Refusal(handshake));
		}
		this.application.afterChannelInitialized(channel);
	}

	/**
	 * Notices that the channel ends without having been connected. One that was connected
	 * ends its handshake itself, with the cause.
	 */
	private static final class Refusal extends ChannelInboundHandlerAdapter {

		private final RedisHandshakeHandler handshake;

		private boolean connected;

		Refusal(RedisHandshakeHandler handshake) {
			this.handshake = handshake;
		}

		@Override
		public void channelActive(ChannelHandlerContext context) throws Exception {
			this.connected = true;
			super.channelActive(context);
		}

		@Override
		public void channelUnregistered(ChannelHandlerContext context) throws Exception {
			if (!this.connected) {
				this.handshake.channelInitialized()
					.toCompletableFuture()
					.completeExceptionally(new RedisConnectionException("The connection was not established"));
			}
			super.channelUnregistered(context);
		}

	}

}
