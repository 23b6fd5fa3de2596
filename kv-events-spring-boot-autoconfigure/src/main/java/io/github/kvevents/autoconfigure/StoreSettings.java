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
 * Settings of all back ends, from the properties.
 */
final class StoreSettings {

	private static final String APPLICATION_NAME = "spring.application.name";

	/**
	 * The namespace of all applications without a name.
	 */
	private static final String WITHOUT_NAME = "application";

	private StoreSettings() {
	}

	static Namespace namespace(KvEventsProperties properties, Environment environment) {
		String application = applicationName(environment);
		boolean configured = !properties.namespace().isEmpty();
		String name = configured ? properties.namespace() : application;
		try {
			return new Namespace(name.isEmpty() ? WITHOUT_NAME : name, properties.partitions());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(configured ? "kv.events.namespace" : APPLICATION_NAME,
					name, ex.getMessage());
		}
	}

	/**
	 * The name of the application.
	 * @return the name, empty if there is none or it is blank
	 */
	static String applicationName(Environment environment) {
		String name = environment.getProperty(APPLICATION_NAME, "");
		return StringUtils.hasText(name) ? name : "";
	}

	/**
	 * How many connections wait in blocking commands at most: a reader of expiries for
	 * each partition, notifications, the change log, and follows of event logs.
	 */
	static int waitingConnections(KvEventsProperties properties) {
		int readers = (properties.expiry().tracking().mode() != TrackingMode.OFF) ? properties.partitions() : 0;
		int notifications = (properties.expiry().notifications().mode() != NotificationMode.OFF) ? 1 : 0;
		return readers + notifications + (properties.log().enabled() ? 1 : 0) + 1;
	}

	/**
	 * The settings of the change log.
	 * @return the settings, {@code null} for no log
	 */
	static @Nullable ChangeLogSettings changeLog(KvEventsProperties properties, Environment environment) {
		return properties.log().toSettings(namespace(properties, environment), properties.instanceId());
	}

}
