package io.github.kvevents.autoconfigure;

import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Warns if the application waits for events but nothing keeps the JVM running: all
 * threads of kv-events and of the drivers are daemons.
 */
class KeepAliveCheck implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(KeepAliveCheck.class);

	private final BooleanSupplier waitsForEvents;

	/**
	 * Creates a check.
	 * @param waitsForEvents whether a hook or listener waits for events of other threads
	 * or instances
	 */
	KeepAliveCheck(BooleanSupplier waitsForEvents) {
		this.waitsForEvents = waitsForEvents;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		ConfigurableApplicationContext context = event.getApplicationContext();
		boolean kept = isWeb(context) || event.getSpringApplication().isKeepAlive()
				|| context.getEnvironment().getProperty("spring.main.keep-alive", Boolean.class, false);
		if (!kept && this.waitsForEvents.getAsBoolean() && !isKeptByThread()) {
			logger.warn("Hooks or listeners wait for events, but only daemon threads are left once main() returns, and "
					+ "the application ends then: set 'spring.main.keep-alive=true' to keep it running");
		}
	}

	private static boolean isWeb(ApplicationContext context) {
		for (String type : new String[] { "org.springframework.web.context.WebApplicationContext",
				"org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext" }) {
			ClassLoader loader = context.getClassLoader();
			if (ClassUtils.isPresent(type, loader) && ClassUtils.resolveClassName(type, loader).isInstance(context)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The thread that starts the application ends with {@code main()}.
	 */
	private static boolean isKeptByThread() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread != Thread.currentThread() && thread.isAlive() && !thread.isDaemon()
					&& !thread.getName().equals("DestroyJavaVM"));
	}

}
