package io.github.kvevents.actuate;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.log.StartPosition;

/**
 * {@link Endpoint @Endpoint} that shows the durable listeners of this application, and
 * pauses them, moves them to another position and redrives their dead letters. It shows
 * neither keys nor values nor the messages of errors.
 */
@Endpoint(id = "kvlisteners")
public class KvListenersEndpoint {

	/** How many dead letters are redriven at a time, unless the request says more. */
	static final int REDRIVE_LIMIT = 100;

	private final KvListenerRegistry registry;

	/**
	 * Creates an endpoint.
	 * @param registry the listeners to show
	 */
	public KvListenersEndpoint(KvListenerRegistry registry) {
		Assert.notNull(registry, "'registry' must not be null");
		this.registry = registry;
	}

	/**
	 * Shows all listeners, in the order of their registration.
	 * @return the listeners
	 */
	@ReadOperation
	public ListenersDescriptor listeners() {
		return new ListenersDescriptor(this.registry.all().stream().map(ListenerDescriptor::of).toList());
	}

	/**
	 * Shows one listener.
	 * @param id its id
	 * @return the listener, or {@code null} if there is none
	 */
	@ReadOperation
	public @Nullable ListenerDescriptor listener(@Selector String id) {
		return this.registry.find(id).map(ListenerDescriptor::of).orElse(null);
	}

	/**
	 * Does something with a listener, in the whole fleet.
	 * @param id its id
	 * @param action {@code pause}, {@code resume}, {@code seek} or {@code redrive}
	 * @param position for {@code seek} where to resume: {@code earliest}, {@code latest},
	 * or the position of the first event to deliver, such as {@code 0:1700000000000-0}
	 * @param limit for {@code redrive} how many dead letters to redrive, by default 100
	 * @return the listener as it is now, or {@code null} if there is none
	 */
	@WriteOperation
	public @Nullable ListenerDescriptor act(@Selector String id, String action, @Nullable String position,
			@Nullable Integer limit) {
		KvSubscription subscription = this.registry.find(id).orElse(null);
		if (subscription == null) {
			return null;
		}
		switch (action) {
			case "pause" -> subscription.pause();
			case "resume" -> subscription.resume();
			case "seek" -> seek(subscription, position);
			case "redrive" -> subscription.getDeadLetters().redriveAll(limit(limit));
			default -> throw invalid(
					"'action' must be pause, resume, seek or redrive but was '" + KeyText.printable(action) + "'");
		}
		return ListenerDescriptor.of(subscription);
	}

	private static void seek(KvSubscription subscription, @Nullable String position) {
		if (position == null) {
			throw invalid("'position' must be given to seek: earliest, latest or a position like 0:1700000000000-0");
		}
		try {
			subscription.seek(switch (position) {
				case "earliest" -> StartPosition.earliest();
				case "latest" -> StartPosition.latest();
				default -> StartPosition.at(KvPosition.parse(position));
			});
		}
		catch (IllegalArgumentException ex) {
			throw invalid(String.valueOf(ex.getMessage()));
		}
	}

	private static int limit(@Nullable Integer limit) {
		if (limit != null && limit < 1) {
			throw invalid("'limit' must be positive but was " + limit);
		}
		return (limit != null) ? limit : REDRIVE_LIMIT;
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	/**
	 * All listeners.
	 *
	 * @param listeners each of them
	 */
	public record ListenersDescriptor(List<ListenerDescriptor> listeners) implements OperationResponseBody {
	}

}
