package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.StoreFailure;

/**
 * Whether the server lets this user do what writes and deliveries take. Nothing is
 * written: the commands are sent in a way that can't succeed, and the server looks at
 * rights first.
 */
final class WriteRightsCheck {

	private static final RedisScript RIGHTS = RedisScript.load(WriteRightsCheck.class, "check-rights.lua");

	private static final RedisScript TYPES = RedisScript.load(WriteRightsCheck.class, "check-types.lua");

	/** How long what the server said is believed. */
	private static final long VALID_NANOS = Duration.ofSeconds(5).toNanos();

	private final IndexNames index;

	private final List<byte[]> keys;

	private volatile @Nullable Result last;

	/**
	 * Creates a check.
	 * @param index what scripts write beside the keys
	 * @param absent a key that never exists, of the first partition
	 */
	WriteRightsCheck(IndexNames index, String absent) {
		this.index = index;
		this.keys = new ArrayList<>(index.all(0));
		this.keys.add(absent.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Checks the rights, unless that was done a moment ago.
	 * @param connection the connection to use
	 * @param tracking whether expiries are tracked
	 * @param log whether there is a change log
	 * @return what to fail with if a right is missing, {@code null} if none is
	 */
	@Nullable PermissionDeniedDataAccessException check(RedisConnection connection, boolean tracking, boolean log) {
		Result result = this.last;
		if (result == null || result.tracking() != tracking || System.nanoTime() - result.at() > VALID_NANOS) {
			result = new Result(System.nanoTime(), tracking, find(connection, tracking, log));
			this.last = result;
		}
		return result.refusal();
	}

	/**
	 * Checks that the keys which writes take have their types.
	 * @throws DataAccessException that names the key if one has another
	 */
	void checkTypes(RedisConnection connection, int partitions, boolean tracking, boolean log) {
		List<byte[]> flags = List.of(ScriptArguments.flag(tracking), ScriptArguments.flag(log));
		for (int partition = 0; partition < partitions; partition++) {
			TYPES.count(connection, this.index.all(partition), flags);
		}
	}

	/**
	 * What writes fail with that says which right is missing.
	 */
	static PermissionDeniedDataAccessException refused(RuntimeException refusal) {
		return refused("Writes", refusal);
	}

	private static PermissionDeniedDataAccessException refused(String what, RuntimeException refusal) {
		return new PermissionDeniedDataAccessException(what
				+ " of this application will fail: Redis refuses what kv-events needs: " + StoreFailure.remedy(refusal),
				refusal);
	}

	private @Nullable PermissionDeniedDataAccessException find(RedisConnection connection, boolean tracking,
			boolean log) {
		try {
			List<?> reply = RIGHTS.list(connection, this.keys,
					List.of(ScriptArguments.flag(tracking), ScriptArguments.flag(log)));
			return reply.isEmpty() ? null : refused(text(reply.get(0)), new IllegalStateException(text(reply.get(1))));
		}
		catch (DataAccessException ex) {
			if (StoreFailure.of(ex) != StoreFailure.REFUSED) {
				throw ex;
			}
			return refused(ex);
		}
	}

	private static String text(Object bytes) {
		return new String((byte[]) bytes, StandardCharsets.UTF_8);
	}

	private record Result(long at, boolean tracking, @Nullable PermissionDeniedDataAccessException refusal) {
	}

}
