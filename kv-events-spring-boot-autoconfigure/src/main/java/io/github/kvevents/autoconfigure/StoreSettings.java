package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * What all back ends need of the properties.
 */
final class StoreSettings {

	private StoreSettings() {
	}

	static Namespace namespace(KvEventsProperties properties, Environment environment) {
		String name = StringUtils.hasText(properties.namespace()) ? properties.namespace()
				: environment.getProperty("spring.application.name", "application");
		try {
			return new Namespace(name, properties.partitions());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("kv.events.namespace", name, ex.getMessage());
		}
	}

	/**
	 * How many connections wait inside of Redis at most: a reader of expiries for each
	 * partition, the notifications, the change log, and follows of event logs.
	 */
	static int waitingConnections(KvEventsProperties properties) {
		int readers = (properties.expiry().tracking().mode() != TrackingMode.OFF) ? properties.partitions() : 0;
		int notifications = (properties.expiry().notifications().mode() != NotificationMode.OFF) ? 1 : 0;
		return readers + notifications + (properties.log().enabled() ? 1 : 0) + 1;
	}

	/**
	 * How much of a change log to keep.
	 * @return the settings, {@code null} for no log
	 */
	static @Nullable ChangeLogSettings changeLog(KvEventsProperties properties, Environment environment) {
		return properties.log().toSettings(namespace(properties, environment), properties.instanceId());
	}

}
