package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;

import io.github.kvevents.KeyText;
import io.github.kvevents.support.StoreFailure;

/**
 * Adds the key to a refusal of Redis, whose own message names none.
 */
final class RefusedKey {

	private RefusedKey() {
	}

	/**
	 * The exception for a failed operation on one key.
	 * @param failure the failure of the operation
	 * @param name the key in Redis
	 * @return an exception that names the key if it holds another type, otherwise the
	 * failure itself
	 */
	static DataAccessException in(DataAccessException failure, byte[] name) {
		String error = StoreFailure.reason(failure);
		boolean named = failure instanceof InvalidDataAccessResourceUsageException;
		if (named || !error.startsWith("WRONGTYPE")) {
			return failure;
		}
		return new InvalidDataAccessApiUsageException("Redis refused key '%s': %s".formatted(text(name), error),
				failure);
	}

	/**
	 * The exception for a failed batch.
	 * @param name the key in Redis
	 * @param error the error message of Redis
	 */
	static DataAccessException inBatch(byte[] name, String error) {
		return new InvalidDataAccessApiUsageException(
				"Redis refused key '%s' of a batch: %s".formatted(text(name), error));
	}

	private static String text(byte[] name) {
		return KeyText.printable(new String(name, StandardCharsets.UTF_8));
	}

}
