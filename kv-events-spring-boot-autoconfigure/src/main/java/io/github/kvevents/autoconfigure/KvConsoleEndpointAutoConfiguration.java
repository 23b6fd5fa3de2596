package io.github.kvevents.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.kvevents.actuate.KvConsoleEndpoint;
import io.github.kvevents.actuate.KvConsoleSettings;
import io.github.kvevents.actuate.KvDoctorEndpoint;
import io.github.kvevents.doctor.KvDoctor;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.watch.KvWatches;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link KvConsoleEndpoint}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnWebApplication
@ConditionalOnBean({ KvHookRegistry.class, KvStore.class, KvWatches.class, LatenessRecorder.class })
@ConditionalOnAvailableEndpoint(KvConsoleEndpoint.class)
@EnableConfigurationProperties(KvConsoleEndpointProperties.class)
public final class KvConsoleEndpointAutoConfiguration {

	static final EndpointId ID = EndpointId.of("kvconsole");

	/** The parts that have actions, and the endpoints whose actions these are. */
	private static final Map<String, String> ENDPOINTS = Map.of("hooks", "kvhooks", "listeners", "kvlisteners");

	@Bean
	@ConditionalOnMissingBean
	KvConsoleEndpoint kvConsoleEndpoint(KvConsoleSettings settings, KvHookRegistry hooks,
			ObjectProvider<KvListenerRegistry> listeners, ObjectProvider<ExpiryMonitor> monitor,
			LatenessRecorder lateness, ObjectProvider<ExpiryNotificationBridge> notifications, KvWatches watches,
			KvStore store, ObjectProvider<KvDoctor> doctor) {
		KvDoctor examiner = doctor.getIfAvailable();
		return new KvConsoleEndpoint(settings, hooks, listeners.getIfAvailable(),
				KvExpiryEndpointAutoConfiguration.endpoint(monitor, lateness, notifications), lateness, watches, store,
				(examiner != null) ? new KvDoctorEndpoint(examiner) : null);
	}

	@Bean
	@ConditionalOnMissingBean
	KvConsoleSettings kvConsoleSettings(ApplicationContext context, KvConsoleEndpointProperties properties,
			EndpointAccessResolver access, Environment environment, ObjectProvider<PathMappedEndpoints> endpoints) {
		boolean unrestricted = access.accessFor(ID, Access.UNRESTRICTED) == Access.UNRESTRICTED;
		Set<String> writable = ENDPOINTS.keySet()
			.stream()
			.filter((part) -> unrestricted && !isRestricted(environment, ENDPOINTS.get(part)))
			.collect(Collectors.toSet());
		return new KvConsoleSettings(instanceId(context), () -> lastSegment(path(endpoints)), writable,
				properties.showKeys(), properties.showValues(), properties.roles());
	}

	/**
	 * Of the context that has the watches: a child has properties, and with them a random
	 * id, of its own that nothing uses.
	 */
	private static String instanceId(ApplicationContext context) {
		ApplicationContext owner = context;
		while (owner.getParent() != null && owner.getBeanNamesForType(KvWatches.class, true, false).length == 0) {
			owner = owner.getParent();
		}
		return owner.getBeanProvider(KvEventsProperties.class)
			.getIfAvailable(() -> context.getBean(KvEventsProperties.class))
			.instanceId();
	}

	/**
	 * Who restricts an endpoint wants nobody to do what it does, here neither. A
	 * restriction of all endpoints that don't say otherwise doesn't count.
	 */
	private static boolean isRestricted(Environment environment, @Nullable String endpoint) {
		String prefix = "management.endpoint." + endpoint;
		return environment.getProperty(prefix + ".access", Access.class, Access.UNRESTRICTED) != Access.UNRESTRICTED
				// deprecated in favour of it, and still in force
				|| !environment.getProperty(prefix + ".enabled", Boolean.class, true);
	}

	/**
	 * The path of the console in the application, or in the management server, as the web
	 * server knows it: a mapping may be written with slashes around it.
	 * @return a path that ends with a slash if the console is mapped to the base path of
	 * the actuator, so that the other endpoints are below it; {@code null} if it isn't
	 * exposed over HTTP
	 */
	static @Nullable String path(ObjectProvider<PathMappedEndpoints> endpoints) {
		PathMappedEndpoints mapped = endpoints.getIfAvailable();
		String root = (mapped != null) ? mapped.getRootPath(ID) : null;
		if (mapped == null || root == null) {
			return null;
		}
		String base = StringUtils.trimTrailingCharacter(mapped.getBasePath(), '/') + "/";
		return base + StringUtils.trimTrailingCharacter(StringUtils.trimLeadingCharacter(root, '/'), '/');
	}

	/**
	 * What the page puts in front of the names of its files, relative to its own path.
	 */
	private static String lastSegment(@Nullable String path) {
		if (path == null) {
			return ID.toString();
		}
		String page = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
		return page.isEmpty() ? "." : page.substring(page.lastIndexOf('/') + 1);
	}

}
