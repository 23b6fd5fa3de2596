package io.github.kvevents.redis.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisZSetCommands.ZAddArgs;
import org.springframework.data.redis.connection.zset.Tuple;

import io.github.kvevents.KvPosition;
import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.support.Delay;

/**
 * The listeners that need the change log, each with the time at which it was last active.
 */
final class ActiveListeners {

	private static final byte[] CHECKPOINT = ListenerKeys.bytes("checkpoint");

	private final RedisConnections connections;

	private final ListenerKeys keys;

	ActiveListeners(RedisConnections connections, ListenerKeys keys) {
		this.connections = connections;
		this.keys = keys;
	}

	/**
	 * The oldest checkpoint of the listeners that were active within some time.
	 * @return the position, {@code null} if there is no such listener with a checkpoint
	 */
	@Nullable KvPosition oldestNeeded(int partition, Duration age) {
		byte[] listeners = this.keys.active(partition);
		return this.connections.call(listeners, (connection) -> {
			KvPosition oldest = null;
			for (byte[] id : activeWithin(connection, listeners, age)) {
				byte[] hash = this.keys.hash(partition, ListenerKeys.text(id));
				byte[] checkpoint = connection.hashCommands().hGet(hash, CHECKPOINT);
				KvPosition position = (checkpoint != null)
						? ListenerKeys.position(partition, ListenerKeys.text(checkpoint)) : null;
				oldest = (position != null && (oldest == null || position.compareTo(oldest) < 0)) ? position : oldest;
			}
			return oldest;
		});
	}

	/**
	 * The listeners that were active lately. One whose time lies ahead counts from now
	 * on: the server's clock was set back, and the listener may still need its entries.
	 */
	private static List<byte[]> activeWithin(RedisConnection connection, byte[] listeners, Duration age) {
		Long time = connection.serverCommands().time(TimeUnit.MILLISECONDS);
		double now = (time != null) ? time : 0;
		Set<Tuple> found = connection.zSetCommands()
			.zRangeByScoreWithScores(listeners, now - Delay.of(age).toMillis(), Double.POSITIVE_INFINITY);
		List<byte[]> ids = new ArrayList<>();
		for (Tuple listener : (found != null) ? found : Set.<Tuple>of()) {
			if (listener.getScore() > now) {
				connection.zSetCommands().zAdd(listeners, now, listener.getValue(), ZAddArgs.ifExists());
			}
			ids.add(listener.getValue());
		}
		return ids;
	}

}
