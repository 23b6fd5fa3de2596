package io.github.kvevents.redis;

import java.util.List;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ReadOffset;

import io.github.kvevents.support.StoreFailure;

/**
 * The consumer group of the streams of expiries. For our packages.
 */
public final class ExpiredGroup {

	/** The name of the group. */
	public static final String NAME = "hooks";

	private ExpiredGroup() {
	}

	/**
	 * Creates the group if there is none, and its stream with it. It starts at the first
	 * entry: nothing in the stream has been delivered.
	 * @param connection the connection to use
	 * @param stream the stream
	 */
	public static void ensure(RedisConnection connection, byte[] stream) {
		try {
			OwnKeys.naming(connection, List.of(stream),
					() -> connection.streamCommands().xGroupCreate(stream, NAME, ReadOffset.from("0"), true));
		}
		catch (DataAccessException ex) {
			if (!StoreFailure.reason(ex).startsWith("BUSYGROUP")) {
				throw ex;
			}
		}
	}

}
