package io.github.kvevents.hook;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Logs errors. The message of what a hook threw may hold a value of the user's, so the
 * warning says only what was thrown and where; message and stack trace are for DEBUG.
 */
final class LoggingErrorHandler implements KvHookErrorHandler {

	private static final Log logger = LogFactory.getLog(KvHookErrorHandler.class);

	@Override
	public void onError(KvHookError error) {
		Throwable cause = error.cause();
		StackTraceElement[] trace = cause.getStackTrace();
		String place = (trace.length > 0) ? " at " + trace[0] : "";
		logger.warn("Hook '" + error.hookId() + "' failed for " + error.event() + ": " + cause.getClass().getName()
				+ place + " (its message, which may hold a value, is logged at DEBUG)");
		logger.debug("What hook '" + error.hookId() + "' threw", cause);
	}

}
