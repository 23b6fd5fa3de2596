package io.github.kvevents.actuate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.actuate.KvListenersEndpoint.ListenerDescriptor;
import io.github.kvevents.support.StoreFailure;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that answers 404 to an action on a
 * listener that does not exist, and gives the reason if an action is refused or fails.
 */
@RegisterReflectionForBinding(KvListenersEndpointWebExtension.Refusal.class)
@EndpointWebExtension(endpoint = KvListenersEndpoint.class)
public class KvListenersEndpointWebExtension {

	private static final Log logger = LogFactory.getLog(KvListenersEndpointWebExtension.class);

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
	 * Runs an action on a listener.
	 * @param id its id
	 * @param action the action
	 * @param position where to resume, for {@code seek}
	 * @param limit how many dead letters to redrive, for {@code redrive}
	 * @return 200 with the listener after the action, 404 if there is none, 400 with the
	 * reason if the request is invalid, 503 with the class of the failure if the store
	 * fails
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
			// Boot's own body lacks the reason
			return new WebEndpointResponse<>(new Refusal(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
		catch (DataAccessException ex) {
			logger.debug("The store failed for the listener '" + KeyText.printable(id) + "'", ex);
			return new WebEndpointResponse<>(new Refusal(reason(ex)), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static String reason(DataAccessException failure) {
		return StoreFailure.of(failure).isRefusal() ? "The store refuses the action: " + StoreFailure.remedy(failure)
				: "The store failed with " + failure.getClass().getName()
						+ ": the action may be done in part or not at all. Repeat it when the store answers";
	}

	/**
	 * Why a request was refused or failed.
	 *
	 * @param error the reason
	 */
	record Refusal(String error) implements OperationResponseBody {
	}

}
