package io.github.kvevents.redis.expiry;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * The immutable configuration of a tracker, independent of its builder: a tracker may be
 * started long after it was built, and more than once.
 */
record TrackingParts(RedisConnectionFactory connectionFactory, Namespace namespace, KvEventDispatcher dispatcher,
		KvCodec codec, KeyNames names, String instanceId, TrackingSettings settings, @Nullable ChangeLogSettings log,
		NamespaceCheck namespaceCheck, Consumer<KvExpiredEvent> listener) {

}
