package io.github.kvevents.annotation;

import java.util.function.Function;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.listener.KvEventHandler;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.ListenerOptions;

/**
 * Reads the {@link KvListener}s of a bean's method. What can't work is refused here, when
 * the application starts.
 */
final class ListenerDefinitionReader {

	private ListenerDefinitionReader() {
	}

	static ListenerDefinition read(DefinitionSite site, Object bean, Class<?> targetClass, KvListener annotation) {
		EventMethod method = EventMethod.read(site, bean, targetClass,
				new EventMethod.Attributes(annotation.events(), annotation.changes(), annotation.prefix(),
						annotation.suffix(), annotation.keys(), annotation.regex(), annotation.filter()));
		ListenerOptions options = ListenerOptions.defaults()
			.events(method.events().toArray(KvEventType[]::new))
			.changes(annotation.changes())
			.startAt(annotation.startAt())
			.onExhausted(annotation.onExhausted());
		site.requireLogged(options.getSelector());
		options = apply(site, "initialBackoff", options::initialBackoff,
				site.duration("initialBackoff", annotation.initialBackoff()));
		options = apply(site, "maxBackoff", options::maxBackoff, site.duration("maxBackoff", annotation.maxBackoff()));
		options = apply(site, "batchSize", options::batchSize, annotation.batchSize());
		options = apply(site, "concurrency", options::concurrency, annotation.concurrency());
		options = apply(site, "maxAttempts", options::maxAttempts, annotation.maxAttempts());
		KeyFilter filter = method.filter();
		return new ListenerDefinition(site, id(site, annotation), (filter != null) ? options.filter(filter) : options,
				method.callback()::onEvent);
	}

	private static String id(DefinitionSite site, KvListener annotation) {
		String id = site.resolve("id", annotation.id());
		if (id.isBlank()) {
			throw site.error("id", "'" + annotation.id() + "' is blank",
					"Give the listener an id: its checkpoint is kept under it");
		}
		return id;
	}

	private static <T> ListenerOptions apply(DefinitionSite site, String attribute, Function<T, ListenerOptions> change,
			T value) {
		try {
			return change.apply(value);
		}
		catch (IllegalArgumentException ex) {
			throw site.error(attribute, String.valueOf(ex.getMessage()), "Choose another value", ex);
		}
	}

	/**
	 * A listener that was read from an annotation and can be registered.
	 */
	record ListenerDefinition(DefinitionSite site, String id, ListenerOptions options, KvEventHandler handler) {
	}

}
