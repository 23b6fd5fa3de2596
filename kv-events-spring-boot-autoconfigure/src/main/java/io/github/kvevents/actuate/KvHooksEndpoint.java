package io.github.kvevents.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;

/**
 * {@link Endpoint @Endpoint} that shows the hooks and switches them on and off. What is
 * switched here lasts until the application stops, in this instance alone.
 */
@Endpoint(id = "kvhooks")
public class KvHooksEndpoint {

	private final KvHookRegistry registry;

	/**
	 * Creates an endpoint.
	 * @param registry the hooks to show
	 */
	public KvHooksEndpoint(KvHookRegistry registry) {
		Assert.notNull(registry, "'registry' must not be null");
		this.registry = registry;
	}

	/**
	 * Shows all hooks, in the order of their registration.
	 * @return the hooks and their sums
	 */
	@ReadOperation
	public HooksDescriptor hooks() {
		List<HookDescriptor> hooks = this.registry.all().stream().map(HookDescriptor::of).toList();
		return new HooksDescriptor(hooks, HookTotalsDescriptor.of(hooks));
	}

	/**
	 * Shows one hook.
	 * @param id its id
	 * @return the hook, or {@code null} if there is none
	 */
	@ReadOperation
	public @Nullable HookDescriptor hook(@Selector String id) {
		return this.registry.find(id).map(HookDescriptor::of).orElse(null);
	}

	/**
	 * Switches a hook on or off.
	 * @param id its id
	 * @param enabled whether it is to be called
	 * @return the hook as it is now, or {@code null} if there is none
	 */
	@WriteOperation
	public @Nullable HookDescriptor setEnabled(@Selector String id, boolean enabled) {
		KvHookRegistration registration = this.registry.find(id).orElse(null);
		if (registration == null) {
			return null;
		}
		registration.setEnabled(enabled);
		return HookDescriptor.of(registration);
	}

	/**
	 * All hooks.
	 *
	 * @param hooks each of them
	 * @param totals their sums
	 */
	public record HooksDescriptor(List<HookDescriptor> hooks,
			HookTotalsDescriptor totals) implements OperationResponseBody {
	}

}
