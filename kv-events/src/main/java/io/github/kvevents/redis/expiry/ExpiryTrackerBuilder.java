package io.github.kvevents.redis.expiry;

import java.util.UUID;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * Builds a tracker.
 */
public final class ExpiryTrackerBuilder {

	private final RedisConnectionFactory connectionFactory;

	private final Namespace namespace;

	private final KvEventDispatcher dispatcher;

	private final KvCodec codec;

	private KeyNames names = KeyNames.plain();

	private String instanceId = UUID.randomUUID().toString();

	private TrackingSettings settings = TrackingSettings.defaults();

	private @Nullable ChangeLogSettings log;

	private @Nullable NamespaceCheck namespaceCheck;

	private Consumer<KvExpiredEvent> listener = (event) -> {
	};

	ExpiryTrackerBuilder(RedisConnectionFactory connectionFactory, Namespace namespace, KvEventDispatcher dispatcher,
			KvCodec codec) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		Assert.notNull(dispatcher, "'dispatcher' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.connectionFactory = connectionFactory;
		this.namespace = namespace;
		this.dispatcher = dispatcher;
		this.codec = codec;
	}

	/**
	 * Sets how keys map to their names in Redis.
	 * @param names the same as in the store, by default without a prefix
	 * @return this builder
	 */
	public ExpiryTrackerBuilder names(KeyNames names) {
		Assert.notNull(names, "'names' must not be null");
		this.names = names;
		return this;
	}

	/**
	 * Sets the id of this instance.
	 * @param instanceId unique among the running instances, by default random; an
	 * instance that restarts under the same id resumes its work at once
	 * @return this builder
	 */
	public ExpiryTrackerBuilder instanceId(String instanceId) {
		Assert.hasText(instanceId, "'instanceId' must not be empty");
		this.instanceId = instanceId;
		return this;
	}

	/**
	 * Sets how expiries are tracked.
	 * @param settings the settings
	 * @return this builder
	 */
	public ExpiryTrackerBuilder settings(TrackingSettings settings) {
		Assert.notNull(settings, "'settings' must not be null");
		this.settings = settings;
		return this;
	}

	/**
	 * Sets the change log that also records expiries. All keys with a time to live are
	 * tracked then. With {@link TrackingMode#OFF} none are, and the log has no expiries.
	 * @param log the same as in the store, {@code null} (the default) for none
	 * @return this builder
	 */
	public ExpiryTrackerBuilder log(@Nullable ChangeLogSettings log) {
		this.log = log;
		return this;
	}

	/**
	 * Sets a listener that receives each expiry before the hooks, for example a meter.
	 * @param listener called on the threads of the hooks, must be quick
	 * @return this builder
	 */
	public ExpiryTrackerBuilder listener(Consumer<KvExpiredEvent> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		this.listener = listener;
		return this;
	}

	/**
	 * Sets the check of the namespace before it is used.
	 * @param namespaceCheck the same as in the store, by default one that allows any
	 * application
	 * @return this builder
	 */
	public ExpiryTrackerBuilder namespaceCheck(NamespaceCheck namespaceCheck) {
		Assert.notNull(namespaceCheck, "'namespaceCheck' must not be null");
		this.namespaceCheck = namespaceCheck;
		return this;
	}

	/**
	 * Builds the tracker. Later changes of this builder have no effect on it.
	 * @return a new tracker that is not started
	 */
	public ExpiryTracker build() {
		NamespaceCheck check = (this.namespaceCheck != null) ? this.namespaceCheck
				: new NamespaceCheck(this.namespace, this.names);
		return new ExpiryTracker(new TrackingParts(this.connectionFactory, this.namespace, this.dispatcher, this.codec,
				this.names.in(this.namespace), this.instanceId, this.settings, this.log, check, this.listener));
	}

	/**
	 * The immutable configuration of a tracker, independent of its builder: a tracker may
	 * be started long after it was built, and more than once.
	 */
	record TrackingParts(RedisConnectionFactory connectionFactory, Namespace namespace, KvEventDispatcher dispatcher,
			KvCodec codec, KeyNames names, String instanceId, TrackingSettings settings,
			@Nullable ChangeLogSettings log, NamespaceCheck namespaceCheck, Consumer<KvExpiredEvent> listener) {

		/**
		 * Whether the receivers decide which values are kept. Who reads the change log,
		 * or receives the expiries where all keys are tracked, isn't known.
		 */
		boolean choosesValues() {
			return this.settings.lastValue() == LastValueMode.AUTO && this.settings.mode() == TrackingMode.AUTO
					&& this.log == null;
		}

	}

}
