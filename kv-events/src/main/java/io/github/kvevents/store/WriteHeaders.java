package io.github.kvevents.store;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.support.ThreadSlot;

/**
 * The headers of the operation that runs on a thread. A back end whose
 * {@link KvStore#carriesHeaders()} says so asks for them, on the thread that calls it,
 * and keeps them with the change: in its entry of the change log, and with the deadline
 * that the operation sets, for the entry and the event of that expiry.
 */
public final class WriteHeaders {

	private static final ThreadSlot<KvHeaders> CURRENT = new ThreadSlot<>();

	private WriteHeaders() {
	}

	/**
	 * The headers of the operation on the current thread.
	 * @return the headers, by default {@link KvHeaders#NONE}
	 */
	public static KvHeaders current() {
		KvHeaders current = CURRENT.get();
		return (current != null) ? current : KvHeaders.NONE;
	}

	/**
	 * Runs an operation of a store with headers.
	 * @param <T> the type of the result
	 * @param headers the headers
	 * @param operation the operation
	 * @return its result
	 */
	public static <T extends @Nullable Object> T call(KvHeaders headers, Supplier<T> operation) {
		KvHeaders before = CURRENT.replace(headers.isEmpty() ? null : headers);
		try {
			return operation.get();
		}
		finally {
			CURRENT.replace(before);
		}
	}

}
