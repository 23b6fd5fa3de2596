package io.github.kvevents.benchmarks.rows;

import java.util.Arrays;
import java.util.function.Supplier;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

/**
 * A small application, which says that it is ready and waits until it is ended. Without
 * the starter it uses no class of it.
 */
final class SmallApplication {

	private static final int METHODS = 100;

	private SmallApplication() {
	}

	/**
	 * Runs one.
	 * @param args its kind, then arguments for Spring Boot
	 */
	public static void main(String[] args) throws InterruptedException {
		Kind kind = Kind.valueOf(args[0]);
		new SpringApplicationBuilder(Beans.class).web(WebApplicationType.NONE)
			.initializers((ApplicationContextInitializer<GenericApplicationContext>) kind::register)
			.run(Arrays.copyOfRange(args, 1, args.length));
		System.out.println("ready");
		Thread.currentThread().join();
	}

	/**
	 * What the application has.
	 */
	enum Kind {

		/** Redis alone. */
		WITHOUT,

		/** The starter, and no hook. */
		STARTER,

		/** Methods that listen for an event of its own. */
		LISTENERS,

		/** As many hooks. */
		HOOKS,

		/** A hook for expiries. */
		EXPIRY,

		/** The same, and a durable listener. */
		EVERYTHING;

		void register(GenericApplicationContext context) {
			switch (this) {
				case LISTENERS -> add(context, Listening.class, Listening::new, METHODS);
				case HOOKS -> add(context, Hooked.class, Hooked::new, METHODS);
				case EXPIRY -> add(context, Expiring.class, Expiring::new, 1);
				case EVERYTHING -> {
					add(context, Expiring.class, Expiring::new, 1);
					add(context, Durable.class, Durable::new, 1);
				}
				default -> {
				}
			}
		}

		private static <T> void add(GenericApplicationContext context, Class<T> type, Supplier<T> supplier, int count) {
			for (int number = 0; number < count; number++) {
				context.registerBean(type.getSimpleName() + number, type, supplier);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Beans {

	}

	static class Listening {

		@EventListener
		void on(Changed event) {
			if (event.key().startsWith("order:")) {
				System.out.println(event);
			}
		}

		/**
		 * An event of the application.
		 *
		 * @param key what changed
		 */
		record Changed(String key) {

		}

	}

	static class Hooked {

		@KvHook(events = KvEventType.SET, prefix = "order:")
		void on(KvEvent event) {
			System.out.println(event);
		}

	}

	static class Expiring {

		@OnKvExpired(prefix = "order:")
		void on(KvEvent event) {
			System.out.println(event);
		}

	}

	static class Durable {

		@KvListener(id = "durable", prefix = "order:")
		void on(KvEvent event) {
			System.out.println(event);
		}

	}

}
