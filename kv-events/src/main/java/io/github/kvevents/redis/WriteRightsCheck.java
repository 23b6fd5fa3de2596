package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.StoreFailure;

/**
 * Checks whether the user of the connection may run the commands of writes and
 * deliveries. Nothing is written: the commands have invalid arguments, and the server
 * checks permissions first.
 */
final class WriteRightsCheck {

	private static final RedisScript RIGHTS = RedisScript.load(WriteRightsCheck.class, "check-rights.lua");

	/** How long a result is reused. */
	private static final long VALID_NANOS = Duration.ofSeconds(5).toNanos();

	private final IndexNames index;

	private final Namespace namespace;

	/** Whether expiries and the change log are awaited together. */
	private final BooleanSupplier shared;

	private final LongSupplier nanoTime;

	private volatile @Nullable Result<PermissionDeniedDataAccessException> rights;

	private volatile @Nullable Result<InvalidDataAccessResourceUsageException> types;

	/**
	 * Creates a check.
	 * @param index the keys that scripts write
	 * @param namespace the namespace that they belong to
	 * @param shared whether expiries and the change log are awaited together
	 */
	WriteRightsCheck(IndexNames index, Namespace namespace, BooleanSupplier shared) {
		this(index, namespace, shared, System::nanoTime);
	}

	WriteRightsCheck(IndexNames index, Namespace namespace, BooleanSupplier shared, LongSupplier nanoTime) {
		this.index = index;
		this.namespace = namespace;
		this.shared = shared;
		this.nanoTime = nanoTime;
	}

	/**
	 * Fails if a permission is missing or the server can't be used.
	 */
	void require(RedisConnections connections, boolean tracking, boolean log) {
		PermissionDeniedDataAccessException refusal;
		try {
			refusal = connections.call((connection) -> check(connection, tracking, log));
		}
		catch (DataAccessException ex) {
			if (StoreFailure.of(ex) != StoreFailure.REFUSED) {
				throw ex;
			}
			refusal = refused(ex);
		}
		if (refusal != null) {
			throw refusal;
		}
	}

	/**
	 * Fails if a key that writes use has the wrong type.
	 */
	void requireTypes(RedisConnections connections, int partitions, boolean tracking, boolean log) {
		InvalidDataAccessResourceUsageException failure = connections
			.call((connection) -> checkTypes(connection, partitions, tracking, log));
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Checks the permissions, unless that was done within the last five seconds.
	 * @param connection the connection to use
	 * @param tracking whether expiries are tracked
	 * @param log whether there is a change log
	 * @return the exception if a permission is missing, otherwise {@code null}
	 */
	@Nullable PermissionDeniedDataAccessException check(RedisConnection connection, boolean tracking, boolean log) {
		Result<PermissionDeniedDataAccessException> result = this.rights;
		if (result == null || !result.isValid(tracking, this.nanoTime)) {
			result = new Result<>(this.nanoTime.getAsLong(), tracking, find(connection, 0, tracking, log));
			this.rights = result;
		}
		return result.failure();
	}

	/**
	 * Checks the types of the keys that writes use, unless that was done within the last
	 * five seconds.
	 * @return the exception that names a key with the wrong type, otherwise {@code null}
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
		try {
			for (int partition = 0; partition < partitions; partition++) {
				List<byte[]> names = new ArrayList<>(tracking ? this.index.tracking(partition) : List.of());
				if (log) {
					names.add(this.index.log(partition));
				}
				OwnKeys.check(connection, names);
			}
			return null;
		}
		catch (InvalidDataAccessResourceUsageException ex) {
			return ex;
		}
	}

	/**
	 * The exception of writes that names the missing permission.
	 */
	private static PermissionDeniedDataAccessException refused(RuntimeException refusal) {
		return refused("Writes", refusal);
	}

	private static PermissionDeniedDataAccessException refused(String what, RuntimeException refusal) {
		return new PermissionDeniedDataAccessException(what
				+ " of this application will fail: Redis refuses what kv-events needs: " + StoreFailure.remedy(refusal),
				refusal);
	}

	/**
	 * Checks the permissions now.
	 * @param partition the partition whose keys are used, since each server has its own
	 * permissions
	 */
	@Nullable PermissionDeniedDataAccessException find(RedisConnection connection, int partition, boolean tracking, boolean log) {
		try {
			List<byte[]> keys = new ArrayList<>(this.index.all(partition));
			// one that never exists
			keys.add((this.namespace.values(partition) + ":absent").getBytes(StandardCharsets.UTF_8));
			List<?> reply = RIGHTS.list(connection, keys, List.of(ScriptArguments.flag(tracking),
					ScriptArguments.flag(log), ScriptArguments.flag(this.shared.getAsBoolean())));
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
	 * A result and its time.
	 */
	private record Result<E extends DataAccessException>(long at, boolean tracking, @Nullable E failure) {

		boolean isValid(boolean nowTracking, LongSupplier nanoTime) {
			return this.tracking == nowTracking && nanoTime.getAsLong() - this.at <= VALID_NANOS;
		}

	}

}
