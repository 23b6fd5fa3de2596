package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.annotation.BoundMethod.AsyncMethods;
import io.github.kvevents.annotation.HookParameter.Kind;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.SpringListeners;

/**
 * A method of a bean that is called with events, as its signature and the attributes of
 * its annotation say. For our packages.
 *
 * @param events the events that it receives: those of the annotation as far as its
 * parameters can take them
 * @param filter the keys that it receives events of, {@code null} for all
 * @param callback calls it
 * @param values the names of the parameters that take a value and may not be null
 */
public record EventMethod(Set<KvEventType> events, @Nullable KeyFilter filter, KvHookCallback callback,
		List<String> values) {

	/**
	 * Reads a method. What can't work is refused.
	 * @param site the method and its annotation
	 * @param bean the bean to call it on
	 * @param targetClass the class of the bean, without its proxy
	 * @param attributes what the annotation says of events and keys
	 * @return the method, ready to be called
	 * @throws KvHookDefinitionException if it can't work
	 */
	public static EventMethod read(DefinitionSite site, Object bean, Class<?> targetClass, Attributes attributes) {
		BoundMethod bound = BoundMethod.of(site, bean, targetClass);
		List<HookParameter> parameters = MethodParameters.read(site, targetClass);
		Set<KvEventType> events = events(site, attributes.events(), parameters);
		checkChanges(site, attributes.changes(), events);
		AsyncMethods.checkEvents(site, bean, targetClass, events);
		KeyFilter filter = KeyFilterReader.read(site, attributes.prefix(), attributes.suffix(), attributes.keys(),
				attributes.regex(), attributes.filter());
		return new EventMethod(events, filter, bound.callback(parameters), required(site.method(), parameters));
	}

	private static List<String> required(Method method, List<HookParameter> parameters) {
		List<String> required = new ArrayList<>();
		for (int index = 0; index < parameters.size(); index++) {
			HookParameter parameter = parameters.get(index);
			if (parameter.kind().isValue() && !new MethodParameter(method, index).isOptional()) {
				required.add(parameter.name());
			}
		}
		return List.copyOf(required);
	}

	/**
	 * Refuses a method that receives only expiries and needs a value, where expiries have
	 * none; warns of one that receives other events too.
	 */
	void checkWithoutLastValues(DefinitionSite site) {
		if (this.values.isEmpty() || !this.events.contains(KvEventType.EXPIRED)) {
			return;
		}
		String part = "parameter '" + this.values.get(0) + "'";
		String description = "it takes the last value of a key, and none is kept for expiries: "
				+ "'kv.events.expiry.tracking.last-value' is 'never'";
		String action = "Set 'kv.events.expiry.tracking.last-value=auto', or declare the parameter @Nullable: "
				+ "it is null then";
		if (this.events.size() == 1) {
			throw site.signatureError(part, description, action);
		}
		site.warn("events", part + ": " + description, action);
	}

	private static Set<KvEventType> events(DefinitionSite site, KvEventType[] attribute,
			List<HookParameter> parameters) {
		Set<KvEventType> declared = (attribute.length > 0) ? EnumSet.copyOf(List.of(attribute))
				: EnumSet.allOf(KvEventType.class);
		Set<KvEventType> events = EnumSet.copyOf(declared);
		for (HookParameter parameter : parameters) {
			if (parameter.kind() == Kind.EVENT && parameter.type() instanceof Class<?> eventClass) {
				events.removeIf((type) -> !eventClass.isAssignableFrom(eventClass(type)));
				if (events.isEmpty()) {
					throw site.error("events", declared + " are never a " + eventClass.getSimpleName()
							+ ", which parameter '" + parameter.name() + "' takes", "Change one of the two");
				}
			}
		}
		return events;
	}

	private static Class<? extends KvEvent> eventClass(KvEventType type) {
		return SpringListeners.eventClass(type);
	}

	private static void checkChanges(DefinitionSite site, KvChange[] changes, Set<KvEventType> events) {
		EventSelector selector = EventSelector.all().events(events.toArray(KvEventType[]::new)).changes(changes);
		if (!selector.canSelect()) {
			throw site.error("changes", Arrays.toString(changes) + " never come with " + events,
					EventSelector.CONTRADICTION);
		}
	}

	/**
	 * What an annotation says of events and keys: its attributes of the same names.
	 *
	 * @param events the operations
	 * @param changes what they must have done to the key
	 * @param prefix what the key may start with
	 * @param suffix what the key may end with
	 * @param keys what the key may be
	 * @param regex what must be found in the key
	 * @param filter the name of a {@link KeyFilter} bean
	 */
	@SuppressWarnings("ArrayRecordComponent") // as annotations have them; nobody compares
	public record Attributes(KvEventType[] events, KvChange[] changes, String[] prefix, String[] suffix, String[] keys,
			String regex, String filter) {
	}

}
