package io.github.kvevents;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;

/**
 * What the exceptions of this library have in common.
 */
public abstract class KvException extends NestedRuntimeException {

	private static final long serialVersionUID = 1L;

	protected KvException(String message) {
		super(message);
	}

	protected KvException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
