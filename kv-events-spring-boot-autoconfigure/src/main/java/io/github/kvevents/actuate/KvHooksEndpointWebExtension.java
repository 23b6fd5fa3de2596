package io.github.kvevents.actuate;

import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.Assert;

import io.github.kvevents.actuate.KvHooksEndpoint.HookDescriptor;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that answers 404 to a write to a
 * hook that doesn't exist.
 */
@EndpointWebExtension(endpoint = KvHooksEndpoint.class)
public class KvHooksEndpointWebExtension {

	private final KvHooksEndpoint delegate;

	/**
	 * Creates an extension.
	 * @param delegate the endpoint that it extends
	 */
	public KvHooksEndpointWebExtension(KvHooksEndpoint delegate) {
		Assert.notNull(delegate, "'delegate' must not be null");
		this.delegate = delegate;
	}

	/**
	 * Enables or disables a hook.
	 * @param id its id
	 * @param enabled whether it is called from now on
	 * @return 200 with the hook after the change, 404 if there is none
	 */
	@WriteOperation
	public WebEndpointResponse<HookDescriptor> setEnabled(@Selector String id, boolean enabled) {
		HookDescriptor hook = this.delegate.setEnabled(id, enabled);
		return (hook != null) ? new WebEndpointResponse<>(hook)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

}
