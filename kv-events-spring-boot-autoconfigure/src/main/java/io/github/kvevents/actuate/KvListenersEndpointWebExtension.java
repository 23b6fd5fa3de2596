package io.github.kvevents.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.Assert;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that answers 404 to a write to a
 * listener that doesn't exist, and says why it refuses one.
 */
@RegisterReflectionForBinding(KvListenersEndpointWebExtension.Refusal.class)
@EndpointWebExtension(endpoint = KvListenersEndpoint.class)
public class KvListenersEndpointWebExtension {

	private final KvListenersEndpoint delegate;

	/**
	 * Creates an extension.
	 * @param delegate the endpoint that it extends
	 */
	public KvListenersEndpointWebExtension(KvListenersEndpoint delegate) {
		Assert.notNull(delegate, "'delegate' must not be null");
		this.delegate = delegate;
	}

	/**
	 * Does something with a listener.
	 * @param id its id
	 * @param action what to do
	 * @param position where to go on, to seek
	 * @param limit how many dead letters to send, to redrive
	 * @return 200 with the listener as it is now, 404 if there is none, 400 with the
	 * reason if the request makes no sense
	 */
	@WriteOperation
	public WebEndpointResponse<Object> act(@Selector String id, @Nullable String action, @Nullable String position,
			@Nullable Integer limit) {
		try {
			ListenerDescriptor listener = this.delegate.act(id, (action != null) ? action : "", position, limit);
			return (listener != null) ? new WebEndpointResponse<>(listener)
					: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		catch (InvalidEndpointRequestException ex) {
			// Boot's own body would leave the reason out
			return new WebEndpointResponse<>(new Refusal(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	/**
	 * Why a request was refused.
	 *
	 * @param error the reason
	 */
	record Refusal(String error) implements OperationResponseBody {
	}

}
