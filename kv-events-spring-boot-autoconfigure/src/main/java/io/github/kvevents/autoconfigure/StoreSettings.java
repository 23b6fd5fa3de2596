package io.github.kvevents.autoconfigure;

import java.time.Clock;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.DrivenTime;

/**
 * Settings of all back ends, from the properties.
 */
final class StoreSettings {

	private static final String APPLICATION_NAME = "spring.application.name";

	/**
	 * The namespace of all applications without a name.
	 */
	private static final String WITHOUT_NAME = "application";

	private static final String PARTITIONS = "kv.events.partitions";

	private static final int CLUSTER_PARTITIONS = 16;

	private StoreSettings() {
	}

	/**
	 * The namespace on one server, or in memory.
	 */
	static Namespace namespace(KvEventsProperties properties, Environment environment) {
		return namespace(properties, environment, false);
	}

	/**
	 * The namespace.
	 * @param cluster whether it is in a Redis Cluster: keys that have entries in an index
	 * or a log must share their slot then
	 */
	static Namespace namespace(KvEventsProperties properties, Environment environment, boolean cluster) {
		String name = namespaceName(properties, environment);
		int count = properties.partitions();
		if (cluster) {
			// the default depends on the server
			count = environment.containsProperty(PARTITIONS) ? count : CLUSTER_PARTITIONS;
			PropertyCheck.atMost(PARTITIONS, count, Namespace.MAX_TAGGED_PARTITIONS);
		}
		boolean plain = !cluster
				|| (properties.expiry().tracking().mode() == TrackingMode.OFF && !properties.log().enabled());
		try {
			return plain ? new Namespace(name, count) : Namespace.tagged(name, count);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(
					properties.namespace().isEmpty() ? APPLICATION_NAME : "kv.events.namespace", name, ex.getMessage());
		}
	}

	/**
	 * The name of the namespace, by default that of the application.
	 */
	static String namespaceName(KvEventsProperties properties, Environment environment) {
		if (!properties.namespace().isEmpty()) {
			return properties.namespace();
		}
		String application = applicationName(environment);
		return application.isEmpty() ? WITHOUT_NAME : application;
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
	 * each partition, notifications, the change log, and follows of event logs; the last
	 * two for each partition in Redis Cluster. With Lettuce these share one for each
	 * partition there.
	 */
	static int waitingConnections(KvEventsProperties properties, int partitions, boolean cluster) {
		int readers = (properties.expiry().tracking().mode() != TrackingMode.OFF) ? partitions : 0;
		int notifications = (properties.expiry().notifications().mode() != NotificationMode.OFF) ? 1 : 0;
		int tails = cluster ? partitions : 1;
		return readers + notifications + (properties.log().enabled() ? tails : 0) + tails;
	}

	/**
	 * The clock of what is kept in memory.
	 * @param driven the time that a test drives, if it does
	 * @return its clock, otherwise the system's
	 */
	static Clock clock(ObjectProvider<DrivenTime> driven) {
		DrivenTime time = driven.getIfAvailable();
		return (time != null) ? time.clock() : Clock.systemUTC();
	}

	/**
	 * The settings of the change log.
	 * @return the settings, {@code null} for no log
	 */
	static @Nullable ChangeLogSettings changeLog(KvEventsProperties properties, Namespace namespace) {
		return properties.log().toSettings(namespace, properties.instanceId());
	}

}
