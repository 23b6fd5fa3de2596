package io.github.kvevents.support;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Distinguishes a stop that may be followed by a start from the end of the application,
 * which {@code SmartLifecycle} doesn't. For our packages.
 */
public final class ContextEnd {

	private ContextEnd() {
	}

	/**
	 * Whether a stop is the last one.
	 * @param context the context that stops, {@code null} if there is none
	 * @return {@code false} while the context is only stopped or paused
	 */
	public static boolean isFinal(@Nullable ApplicationContext context) {
		return !(context instanceof ConfigurableApplicationContext stopping) || stopping.isClosed();
	}

}
