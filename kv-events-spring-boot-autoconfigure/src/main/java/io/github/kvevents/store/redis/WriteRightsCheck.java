package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.StoreFailure;

/**
 * Whether the server lets this user do what a write takes. Nothing is written: the
 * commands are sent in a way that can't succeed, and the server looks at rights first.
 */
final class WriteRightsCheck {

	private static final RedisScript RIGHTS = RedisScript.load(WriteRightsCheck.class, "check-rights.lua");

	/** How long what the server said is believed. */
	private static final long VALID_NANOS = Duration.ofSeconds(5).toNanos();

	private final IndexNames index;

	private volatile @Nullable Result last;

	/**
	 * Creates a check.
	 * @param index what scripts write beside the keys
	 */
	WriteRightsCheck(IndexNames index) {
		this.index = index;
	}

	/**
	 * Checks the rights, unless that was done a moment ago.
	 * @param connection the connection to use
	 * @throws PermissionDeniedDataAccessException if a right is missing
	 */
	void check(RedisConnection connection) {
		Result result = this.last;
		if (result == null || System.nanoTime() - result.at() > VALID_NANOS) {
			result = new Result(System.nanoTime(), find(connection));
			this.last = result;
		}
		if (result.refusal() != null) {
			throw refused(result.refusal());
		}
	}

	/**
	 * What to fail with that says which right is missing.
	 */
	static PermissionDeniedDataAccessException refused(RuntimeException refusal) {
		return new PermissionDeniedDataAccessException(
				"Redis refuses what writes take: " + StoreFailure.remedy(refusal), refusal);
	}

	private @Nullable RuntimeException find(RedisConnection connection) {
		try {
			String refusal = text(RIGHTS.value(connection, this.index.all(0), List.of()));
			return refusal.isEmpty() ? null : new IllegalStateException(refusal);
		}
		catch (DataAccessException ex) {
			if (StoreFailure.of(ex) != StoreFailure.REFUSED) {
				throw ex;
			}
			return ex;
		}
	}

	private static String text(byte @Nullable [] bytes) {
		return (bytes != null) ? new String(bytes, StandardCharsets.UTF_8) : "";
	}

	private record Result(long at, @Nullable RuntimeException refusal) {
	}

}
