package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * Logs in one block what runs in this application, once it has started: no key, no value
 * and no password. Nothing is sent for it. While Redis doesn't answer it is one line, and
 * the block follows with the first answer.
 */
class StartupReport implements ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(StartupReport.class);

	private final ApplicationContext context;

	private final KvEventsProperties properties;

	private final HookEngine engine;

	/**
	 * Creates a report.
	 * @param context has the other beans; only its own start is reported, not those of
	 * its children
	 */
	StartupReport(ApplicationContext context, KvEventsProperties properties, HookEngine engine) {
		this.context = context;
		this.properties = properties;
		this.engine = engine;
	}

	/**
	 * A report that fails must not stop the start.
	 */
	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() != this.context) {
			return;
		}
		try {
			report();
		}
		catch (RuntimeException ex) {
			logger.debug("The start-up report failed", ex);
		}
	}

	private void report() {
		Server server = find(Server.class);
		if (server == null || !server.isSilent()) {
			logger.info(block(server));
			return;
		}
		logger.info("%s, namespace %s: Redis, %s, can't be used yet; the start-up report follows when it can"
			.formatted(title(), namespace(), server.describe()));
		server.whenAnswered(() -> {
			if (this.context instanceof ConfigurableApplicationContext started && started.isActive()) {
				logger.info(block(server));
			}
		});
	}

	private String block(@Nullable Server server) {
		List<String> lines = new ArrayList<>(List.of(title()));
		add(lines, "namespace", namespace());
		if (server != null) {
			add(lines, "Redis", server.describe());
		}
		else {
			KvStore store = find(KvStore.class);
			add(lines, "store", (store != null) ? store.getName() : "none");
		}
		add(lines, "partitions", String.valueOf(partitions()));
		add(lines, "tracking", tracking());
		if (server != null) {
			add(lines, "notifications", text(this.properties.expiry().notifications().mode()));
		}
		add(lines, "change log", log());
		add(lines, "hooks", hooks());
		KvListenerRegistry listeners = find(KvListenerRegistry.class);
		add(lines, "listeners", String.valueOf((listeners != null) ? listeners.all().size() : 0));
		ThreadCount threads = new ThreadCount(this.properties, partitions(), server != null,
				server != null && server.isCluster());
		add(lines, "threads", "up to %d, besides those of watches and of follows of event logs"
			.formatted(threads.count(this.engine.getRegistry().all(), listeners)));
		if (server != null) {
			add(lines, "connections", server.connections());
		}
		return String.join(System.lineSeparator(), lines);
	}

	private static void add(List<String> lines, String name, String text) {
		lines.add("    %-13s  %s".formatted(name, text));
	}

	private String title() {
		return "kv-events, instance '%s'".formatted(this.properties.instanceId());
	}

	private String namespace() {
		Namespace used = find(Namespace.class);
		String derived = StoreSettings.namespaceName(this.properties, this.context.getEnvironment());
		String name = (used != null) ? used.name() : derived;
		String source = "the default of applications without a name";
		if (!name.equals(derived)) {
			source = "from a bean";
		}
		else if (!this.properties.namespace().isEmpty()) {
			source = "from 'kv.events.namespace'";
		}
		else if (!StoreSettings.applicationName(this.context.getEnvironment()).isEmpty()) {
			source = "from 'spring.application.name'";
		}
		return "'%s', %s".formatted(name, source);
	}

	private int partitions() {
		Namespace used = find(Namespace.class);
		return (used != null) ? used.partitions() : this.properties.partitions();
	}

	private String tracking() {
		TrackingMode mode = this.properties.expiry().tracking().mode();
		ExpiryMonitor monitor = find(ExpiryMonitor.class);
		if (monitor == null || mode == TrackingMode.OFF) {
			return text(TrackingMode.OFF);
		}
		return text(mode)
				+ ((monitor.getActivity().state() == TrackingActivity.State.TRACKING) ? ", active"
						: ", idle: nothing here receives expiries yet")
				+ "; last values: " + text(this.properties.expiry().tracking().lastValue());
	}

	private String log() {
		KvEventsProperties.Log log = this.properties.log();
		return log.enabled() ? "on, up to %d entries in each partition, for %s".formatted(log.maxLength(), log.maxAge())
				: "off";
	}

	private String hooks() {
		Collection<KvHookRegistration> hooks = this.engine.getRegistry().all();
		long async = hooks.stream().filter((hook) -> hook.getOptions().isAsync()).count();
		long everywhere = hooks.stream()
			.filter((hook) -> hook.getOptions().getScope() == KvHookScope.EVERY_INSTANCE)
			.count();
		return "%d (%d asynchronous, %d on every instance), guards: %d".formatted(hooks.size(), async, everywhere,
				this.engine.guards().size());
	}

	private <T> @Nullable T find(Class<T> type) {
		return this.context.getBeanProvider(type).getIfUnique();
	}

	private static String text(Enum<?> mode) {
		return mode.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The server that has the keys.
	 */
	interface Server {

		/**
		 * Version, addresses and database.
		 */
		String describe();

		/**
		 * How many connections are opened at most, and where they come from.
		 */
		String connections();

		/**
		 * Whether it was asked and has not answered.
		 */
		boolean isSilent();

		boolean isCluster();

		/**
		 * Runs an action with the first answer, on a thread of its own.
		 */
		void whenAnswered(Runnable action);

	}

	/**
	 * How many threads run at most.
	 *
	 * @param redis whether keys are in Redis
	 * @param cluster whether that is a Redis Cluster, in which nothing waits for several
	 * partitions at once
	 */
	record ThreadCount(KvEventsProperties properties, int partitions, boolean redis, boolean cluster) {

		int count(Collection<KvHookRegistration> hooks, @Nullable KvListenerRegistry listeners) {
			int listening = (listeners == null) ? 0
					: listeners.all().stream().mapToInt((listener) -> 1 + listener.getOptions().getConcurrency()).sum();
			return expiry() + log() + hooks(hooks) + listening;
		}

		/**
		 * For tracking in Redis sweepers, readers, acknowledgers and those of the hooks;
		 * for notifications the loop, the filter, the subscription and those of the
		 * hooks.
		 */
		private int expiry() {
			KvEventsProperties.Expiry expiry = this.properties.expiry();
			int tracking = this.redis ? waits() + 2 * this.partitions + expiry.threads() : 2 + expiry.threads();
			boolean notified = this.redis && expiry.notifications().mode() != NotificationMode.OFF;
			return ((expiry.tracking().mode() != TrackingMode.OFF) ? tracking : 0)
					+ (notified ? 3 + expiry.threads() : 0);
		}

		/**
		 * The feed, hooks on every instance, and retention.
		 */
		private int log() {
			return this.properties.log().enabled() ? waits() + 2 : 0;
		}

		private int waits() {
			return this.cluster ? this.partitions : 1;
		}

		private int hooks(Collection<KvHookRegistration> hooks) {
			long async = hooks.stream().filter((hook) -> hook.getOptions().isAsync()).count();
			boolean timed = hooks.stream().anyMatch((hook) -> hook.getOptions().getTimeout() != null);
			return (int) Math.min(this.properties.hooks().async().maxThreads(),
					async * this.properties.hooks().async().concurrency())
					+ (timed ? this.properties.hooks().timeout().maxThreads() : 0);
		}

	}

}
