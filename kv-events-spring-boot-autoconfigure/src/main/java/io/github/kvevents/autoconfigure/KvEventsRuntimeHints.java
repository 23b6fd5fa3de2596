package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.redis.RedisLink;

/**
 * The hints that a native image needs: the scripts, the files of the console, the getters
 * of events, which conditions of event listeners call by name, the database of a Jedis
 * connection factory, and the hints of {@link RedisLink}.
 */
class KvEventsRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/github/kvevents/redis/*.lua");
		hints.resources().registerPattern("io/github/kvevents/redis/expiry/*.lua");
		hints.resources().registerPattern("io/github/kvevents/redis/listener/*.lua");
		hints.resources().registerPattern("io/github/kvevents/redis/notification/*.lua");
		hints.resources().registerPattern("io/github/kvevents/actuate/console/*");
		hints.reflection()
			.registerTypeIfPresent(classLoader,
					"org.springframework.data.redis.connection.jedis.JedisConnectionFactory",
					MemberCategory.INVOKE_PUBLIC_METHODS);
		registerLink(hints, classLoader);
		for (Class<?> event : new Class<?>[] { KvSetEvent.class, KvDeleteEvent.class, KvExpiredEvent.class }) {
			hints.reflection().registerType(event, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
	}

	private static void registerLink(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		if (ClassUtils.isPresent("org.springframework.data.redis.connection.RedisConnection", classLoader)) {
			RedisLink.registerHints(hints);
		}
	}

}
