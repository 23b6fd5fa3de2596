package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookScope;

/**
 * One hook, as the endpoint shows it: every field is always there.
 *
 * @param id the hook's id
 * @param bean the bean that declares it, {@code null} if it was registered by a call
 * @param method the method that it is, {@code null} if it was registered by a call
 * @param events the events that it receives
 * @param filter what its key filter says about itself, {@code null} if it receives all
 * keys
 * @param async whether it runs on a thread of its own
 * @param timeout how long the caller waits for it, {@code null} if it waits for its end
 * @param scope which instances receive an event
 * @param enabled whether it is called
 * @param stats what it did so far
 */
@JsonInclude(Include.ALWAYS)
public record HookDescriptor(String id, @Nullable String bean, @Nullable String method, Set<KvEventType> events,
		@Nullable String filter, boolean async, @Nullable Duration timeout, KvHookScope scope, boolean enabled,
		HookStatsDescriptor stats) implements OperationResponseBody {

	static HookDescriptor of(KvHookRegistration registration) {
		KvHookOptions options = registration.getOptions();
		KeyFilter filter = options.getFilter();
		return new HookDescriptor(registration.getId(), registration.getBeanName(), registration.getMethodName(),
				options.getEvents(), (filter != null) ? filter.toString() : null, options.isAsync(),
				options.getTimeout(), options.getScope(), registration.isEnabled(),
				HookStatsDescriptor.of(registration.getStats()));
	}

}
