package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
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

	private final LongSupplier nanoTime;

	private volatile @Nullable Result<PermissionDeniedDataAccessException> rights;

	private volatile @Nullable Result<InvalidDataAccessResourceUsageException> types;

	/**
	 * Creates a check.
	 * @param index what scripts write beside the keys
	 * @param absent a key that never exists, of the first partition
	 */
	WriteRightsCheck(IndexNames index, String absent) {
		this(index, absent, System::nanoTime);
	}

	WriteRightsCheck(IndexNames index, String absent, LongSupplier nanoTime) {
		this.index = index;
		this.keys = new ArrayList<>(index.all(0));
		this.keys.add(absent.getBytes(StandardCharsets.UTF_8));
		this.nanoTime = nanoTime;
	}

	/**
	 * Checks the rights, unless that was done a moment ago.
	 * @param connection the connection to use
	 * @param tracking whether expiries are tracked
	 * @param log whether there is a change log
	 * @return what to fail with if a right is missing, {@code null} if none is
	 */
	@Nullable PermissionDeniedDataAccessException check(RedisConnection connection, boolean tracking, boolean log) {
		Result<PermissionDeniedDataAccessException> result = this.rights;
		if (result == null || !result.isValid(tracking, this.nanoTime)) {
			result = new Result<>(this.nanoTime.getAsLong(), tracking, find(connection, tracking, log));
			this.rights = result;
		}
		return result.failure();
	}

	/**
	 * Checks that the keys which writes take have their types, unless that was done a
	 * moment ago.
	 * @return what to fail with if one has another, which names it, {@code null} if none
	 * has
	 */
	@Nullable InvalidDataAccessResourceUsageException checkTypes(RedisConnection connection, int partitions, boolean tracking,
			boolean log) {
		Result<InvalidDataAccessResourceUsageException> result = this.types;
		if (result == null || !result.isValid(tracking, this.nanoTime)) {
			result = new Result<>(this.nanoTime.getAsLong(), tracking, findType(connection, partitions, tracking, log));
			this.types = result;
		}
		return result.failure();
	}

	private @Nullable InvalidDataAccessResourceUsageException findType(RedisConnection connection, int partitions,
			boolean tracking, boolean log) {
		List<byte[]> flags = List.of(ScriptArguments.flag(tracking), ScriptArguments.flag(log));
		try {
			for (int partition = 0; partition < partitions; partition++) {
				TYPES.count(connection, this.index.all(partition), flags);
			}
			return null;
		}
		catch (InvalidDataAccessResourceUsageException ex) {
			return ex;
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

	/**
	 * What the server said, and when.
	 */
	private record Result<E extends DataAccessException>(long at, boolean tracking, @Nullable E failure) {

		boolean isValid(boolean nowTracking, LongSupplier nanoTime) {
			return this.tracking == nowTracking && nanoTime.getAsLong() - this.at <= VALID_NANOS;
		}

	}

}
