package io.github.kvevents.redis.expiry;

import java.util.function.Consumer;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.Namespace;

/**
 * One whole instance of an application: template, hooks and tracker, wired like the
 * auto-configuration does.
 */
final class HookedInstance implements AutoCloseable {

	static final Namespace NAMESPACE = Namespace.of("faults");

	final KvTemplate template;

	private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

	private final ExpiryTracker tracker;

	HookedInstance(RedisConnectionFactory connectionFactory, String instanceId, TrackingSettings settings,
			Consumer<KvExpiredEvent> hook) {
		PlainKvCodec codec = new PlainKvCodec();
		this.tracker = ExpiryTracker.builder(connectionFactory, NAMESPACE, this.engine.getDispatcher(), codec)
			.instanceId(instanceId)
			.settings(settings)
			.build();
		this.template = KvTemplate.builder(new RedisKvStore(connectionFactory, KeyNames.plain(), this.tracker), codec)
			.dispatcher(this.engine.getDispatcher())
			.guards(this.engine.getGuards())
			.build();
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().events(KvEventType.EXPIRED),
					(event) -> hook.accept((KvExpiredEvent) event));
		this.engine.start();
		this.tracker.start();
	}

	@Override
	public void close() {
		this.tracker.stop();
		this.engine.stop();
	}

}
