package io.github.kvevents.redis.topology;

import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import io.lettuce.core.AbstractRedisClient;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The open channels of a client of Lettuce. A channel that is closed is connected again,
 * to the address that the driver finds then, and what waits for a reply is resent. For
 * our packages.
 */
public final class OpenChannels {

	/** The field that holds the channels: there is no getter. */
	public static final String CHANNELS = "channels";

	private static final Log logger = LogFactory.getLog(OpenChannels.class);

	private OpenChannels() {
	}

	/**
	 * Closes channels, without waiting until they are closed.
	 * @param client their client
	 * @param selected says by the address of the server which ones
	 * @return how many
	 */
	public static int close(AbstractRedisClient client, Predicate<SocketAddress> selected) {
		ChannelGroup channels = of(client);
		if (channels == null) {
			return 0;
		}
		List<Channel> closing = channels.stream()
			.filter((channel) -> channel.remoteAddress() != null && selected.test(channel.remoteAddress()))
			.toList();
		closing.forEach(OpenChannels::close);
		return closing.size();
	}

	private static void close(Channel channel) {
		channel.close().addListener((closed) -> {
			if (!closed.isSuccess()) {
				logger.debug("A connection could not be closed", closed.cause());
			}
		});
	}

	private static @Nullable ChannelGroup of(AbstractRedisClient client) {
		try {
			Field field = AbstractRedisClient.class.getDeclaredField(CHANNELS);
			ReflectionUtils.makeAccessible(field);
			return (ChannelGroup) field.get(client);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.warn("The connections of this version of Lettuce can't be closed one by one: after a fail-over they "
					+ "stay with the former primary until it closes them", ex);
			return null;
		}
	}

	/**
	 * Whether an address is that of a server.
	 * @param remote where a channel leads to
	 * @param server the server, whose host may be a name
	 * @return whether host and port are the same, {@code true} for what has neither
	 */
	static boolean leadTo(SocketAddress remote, SocketAddress server) {
		if (!(remote instanceof InetSocketAddress one && server instanceof InetSocketAddress other)) {
			return true;
		}
		return one.getPort() == other.getPort() && (one.getHostString().equalsIgnoreCase(other.getHostString())
				|| (one.getAddress() != null && Objects.equals(one.getAddress(), other.getAddress())));
	}

}
