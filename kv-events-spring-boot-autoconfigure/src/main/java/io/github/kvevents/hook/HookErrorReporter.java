package io.github.kvevents.hook;

import java.time.Clock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvEvent;
import io.github.kvevents.support.JvmFailures;

/**
 * Delivers what goes wrong in hooks: to the hook's own errors, then to the handler.
 */
final class HookErrorReporter {

	private static final Log logger = LogFactory.getLog(HookErrorReporter.class);

	private final KvHookErrorHandler handler;

	private final Clock clock;

	HookErrorReporter(KvHookErrorHandler handler, Clock clock) {
		this.handler = handler;
		this.clock = clock;
	}

	void failed(HookRegistration hook, KvEvent event, Throwable cause) {
		hook.stats().failed(cause);
		deliver(hook, event, cause);
	}

	void timedOut(HookRegistration hook, KvEvent event, Throwable cause) {
		hook.stats().timedOut(cause);
		deliver(hook, event, cause);
	}

	void listenerFailed(KvEvent event, Throwable cause) {
		handle(new KvHookError(KvHookError.SPRING_LISTENERS, event, cause, this.clock.instant()));
	}

	private void deliver(HookRegistration hook, KvEvent event, Throwable cause) {
		KvHookError error = new KvHookError(hook.getId(), event, cause, this.clock.instant());
		hook.errors().add(error);
		handle(error);
	}

	private void handle(KvHookError error) {
		try {
			this.handler.onError(error);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			logger.warn("The KvHookErrorHandler failed with " + ex.getClass().getName() + " for an error of hook '"
					+ error.hookId() + "'");
			logger.debug("What the KvHookErrorHandler threw", ex);
		}
	}

}
