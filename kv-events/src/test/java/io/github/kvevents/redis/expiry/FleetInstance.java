package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.SpringListeners;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * One instance of a fleet whose instances have different hooks: a template, hooks and a
 * tracker, wired like the auto-configuration does. Records which hook received which key.
 */
final class FleetInstance implements AutoCloseable {

	static final Namespace NAMESPACE = Namespace.of("fleet");

	static final TrackingSettings SETTINGS = TrackingSettings.defaults()
		.claimAfter(Duration.ofSeconds(20))
		.stopTimeout(Duration.ofSeconds(2));

	/** Where ordinary listeners may be added. */
	final GenericApplicationContext context = new GenericApplicationContext();

	final HookEngine engine = HookEngine.builder()
		.codec(new PlainKvCodec())
		.publisher(this.context)
		.springListeners(new SpringListeners(this.context))
		.build();

	final KvTemplate template;

	final ExpiryTracker tracker;

	private final Map<String, List<KvEvent>> received = new ConcurrentHashMap<>();

	FleetInstance(RedisConnectionFactory connectionFactory, String id) {
		this(connectionFactory, id, SETTINGS, null);
	}

	FleetInstance(RedisConnectionFactory connectionFactory, String id, TrackingSettings settings,
			@Nullable ChangeLogSettings log) {
		this.context.refresh();
		PlainKvCodec codec = new PlainKvCodec();
		this.tracker = ExpiryTracker.builder(connectionFactory, NAMESPACE, this.engine.getDispatcher(), codec)
			.instanceId(id)
			.settings(settings)
			.log(log)
			.build();
		this.template = KvTemplate
			.builder(new RedisKvStore(connectionFactory, KeyNames.plain(), this.tracker, log), codec)
			.dispatcher(this.engine.getDispatcher())
			.origin(id)
			.build();
	}

	FleetInstance start() {
		this.engine.start();
		this.tracker.start();
		return this;
	}

	/**
	 * Registers a hook for expiries.
	 */
	KvHookRegistration hook(String id, String prefix) {
		return hook(id, (options) -> options.filter(KeyFilter.prefix(prefix)));
	}

	KvHookRegistration hook(String id, UnaryOperator<KvHookOptions> options) {
		return this.engine.getRegistry()
			.register(options.apply(KvHookOptions.defaults().id(id).events(KvEventType.EXPIRED)),
					(event) -> events(id).add(event));
	}

	/**
	 * Registers a hook for expiries that reads no values.
	 */
	KvHookRegistration keyHook(String id, String prefix) {
		KvHookCallback callback = new KvHookCallback() {

			@Override
			public void onEvent(KvEvent event) {
				events(id).add(event);
			}

			@Override
			public boolean takesValue() {
				return false;
			}

		};
		return this.engine.getRegistry()
			.register(KvHookOptions.defaults().id(id).events(KvEventType.EXPIRED).filter(KeyFilter.prefix(prefix)),
					callback);
	}

	List<KvEvent> events(String hookId) {
		return this.received.computeIfAbsent(hookId, (id) -> new CopyOnWriteArrayList<>());
	}

	List<String> keys(String hookId) {
		return events(hookId).stream().map(KvEvent::getKey).toList();
	}

	@Override
	public void close() {
		this.tracker.stop();
		this.engine.stop();
		this.context.close();
	}

}
