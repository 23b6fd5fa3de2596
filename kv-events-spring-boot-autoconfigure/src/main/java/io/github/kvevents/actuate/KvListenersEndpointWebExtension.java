package io.github.kvevents.actuate;

import java.util.Set;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
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

	private final Show showKeys;

	private final Set<String> roles;

	/**
	 * Creates an extension that never shows keys.
	 * @param delegate the endpoint that it extends
	 */
	public KvListenersEndpointWebExtension(KvListenersEndpoint delegate) {
		this(delegate, Show.NEVER, Set.of());
	}

	/**
	 * Creates an extension.
	 * @param delegate the endpoint that it extends
	 * @param showKeys when to show the keys of dead letters and the messages of their
	 * errors
	 * @param roles one of which a user has who is authorized; if there are none, any user
	 * is
	 */
	public KvListenersEndpointWebExtension(KvListenersEndpoint delegate, Show showKeys, Set<String> roles) {
		Assert.notNull(delegate, "'delegate' must not be null");
		Assert.notNull(showKeys, "'showKeys' must not be null");
		Assert.notNull(roles, "'roles' must not be null");
		this.delegate = delegate;
		this.showKeys = showKeys;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Shows dead letters of a listener, the oldest first.
	 * @param securityContext who asks
	 * @param id the listener's id
	 * @param part must be {@code deadletters}
	 * @param after the id of a letter: only those behind it
	 * @param limit how many letters, from 1 to 1000, by default 100
	 * @return 200 with a page of letters, 404, 400 and 503 as for actions
	 */
	@ReadOperation
	public WebEndpointResponse<Object> deadLetters(SecurityContext securityContext, @Selector String id,
			@Selector String part, @Nullable String after, @Nullable Integer limit) {
		boolean withKeys = this.showKeys.isShown(securityContext, this.roles);
		return answer(id, false, () -> this.delegate.deadLetters(id, part, after, limit, withKeys));
	}

	/**
	 * Runs an action on a listener.
	 * @param id its id
	 * @param action the action
	 * @param position where to resume, for {@code seek}
	 * @param limit how many dead letters, for {@code redrive} and {@code discard}
	 * @param letter the id of the only dead letter, for {@code redrive} and
	 * {@code discard}
	 * @return 200 with the listener after the action, 404 if there is none, 400 with the
	 * reason if the request is invalid, 503 with the class of the failure if the store
	 * fails
	 */
	@WriteOperation
	public WebEndpointResponse<Object> act(@Selector String id, @Nullable String action, @Nullable String position,
			@Nullable Integer limit, @Nullable String letter) {
		return answer(id, true, () -> this.delegate.act(id, (action != null) ? action : "", position, limit, letter));
	}

	static WebEndpointResponse<Object> answer(String id, boolean action, Supplier<@Nullable Object> call) {
		try {
			Object body = call.get();
			return (body != null) ? new WebEndpointResponse<>(body)
					: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		catch (InvalidEndpointRequestException ex) {
			// Boot's own body lacks the reason
			return new WebEndpointResponse<>(new Refusal(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
		catch (DataAccessException ex) {
			logger.debug("The store failed for the listener '" + KeyText.printable(id) + "'", ex);
			return new WebEndpointResponse<>(new Refusal(reason(ex, action)),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static String reason(DataAccessException failure, boolean action) {
		if (StoreFailure.of(failure).isRefusal()) {
			return "The store refuses the action: " + StoreFailure.remedy(failure);
		}
		String late = (StoreFailure.of(failure) == StoreFailure.TIMEOUT) ? ", since it did not answer in time" : "";
		return "The store failed with " + failure.getClass().getName() + late
				+ (action ? ": the action may be done in part or not at all. Repeat it when the store answers" : "");
	}

	/**
	 * Why a request was refused or failed.
	 *
	 * @param error the reason
	 */
	record Refusal(String error) implements OperationResponseBody {
	}

}
