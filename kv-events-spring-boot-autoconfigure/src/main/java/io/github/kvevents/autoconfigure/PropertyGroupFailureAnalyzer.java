package io.github.kvevents.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Analyzes a value that was given to a group of properties, such as
 * {@code kv.events.log=true}, and lists the properties of the group. Runs before Boot's
 * analyzer, which would report a missing converter.
 */
@Order(-1)
class PropertyGroupFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	/**
	 * By group, the property that was most likely meant.
	 */
	private static final Map<String, String> MEANT = Map.of("kv.events.log", "kv.events.log.enabled",
			"kv.events.expiry.tracking", "kv.events.expiry.tracking.mode", "kv.events.expiry.notifications",
			"kv.events.expiry.notifications.mode", "kv.events.listener", "kv.events.listener.lease");

	private final Environment environment;

	PropertyGroupFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		Class<?> type = cause.getTarget().getType().resolve();
		ConfigurationProperty property = find(cause.getName());
		if (property == null || type == null || type.getEnclosingClass() != KvEventsProperties.class) {
			return null;
		}
		String group = cause.getName().toString();
		return new FailureAnalysis(
				"'%s' was given the value '%s', but it is a group of properties and has no value of its own.%s"
					.formatted(group, property.getValue(), origin(property)),
				action(group, type), cause);
	}

	/**
	 * The exception itself has only the name of the group.
	 */
	private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property != null) {
				return property;
			}
		}
		return null;
	}

	private static String origin(ConfigurationProperty property) {
		return (property.getOrigin() != null) ? " It was set at " + property.getOrigin() + "." : "";
	}

	private static String action(String group, Class<?> type) {
		String meant = MEANT.get(group);
		String properties = Arrays.stream(type.getRecordComponents())
			.map((component) -> "%n    - %s".formatted(nameOf(group, component)))
			.collect(Collectors.joining());
		String first = "Use one of its properties:%s".formatted(properties);
		if (group.equals("kv.events.hooks.timeout")) {
			return first + "%n%nThe timeout of a hook is an attribute of its annotation: @KvHook(timeout = \"5s\")."
				.formatted();
		}
		return (meant != null) ? "Did you mean '%s'? ".formatted(meant) + first : first;
	}

	private static String nameOf(String group, RecordComponent component) {
		String name = group + "." + DataObjectPropertyName.toDashedForm(component.getName());
		return (component.getType().getEnclosingClass() == KvEventsProperties.class) ? name + ".*" : name;
	}

}
