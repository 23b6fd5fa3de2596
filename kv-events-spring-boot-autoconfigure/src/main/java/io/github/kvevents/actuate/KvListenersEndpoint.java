package io.github.kvevents.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.ListenerStatus;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.support.StoreFailure;

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

	/**
	 * One listener, as the endpoint shows it: every field is always there. What the store
	 * was to tell is {@code null} or empty where it didn't answer.
	 *
	 * @param id the listener's id
	 * @param state what it does in this instance
	 * @param events the events that it receives
	 * @param filter what its key filter says about itself, {@code null} if it receives
	 * all keys
	 * @param onExhausted what becomes of an event that failed as often as it may
	 * @param lag how many entries of the log it has not handled, in the whole fleet
	 * @param deadLetters how many dead letters it has, in the whole fleet
	 * @param attempts how often the event failed that it retries in this instance
	 * @param lastError the class of the last error in this instance
	 * @param storeError the class of the failure if the store didn't answer
	 * @param stats what it did in this instance
	 * @param partitions each partition, in the whole fleet
	 */
	@JsonInclude(Include.ALWAYS)
	public record ListenerDescriptor(String id, SubscriptionState state, Set<KvEventType> events,
			@Nullable String filter, OnExhausted onExhausted, @Nullable Long lag, @Nullable Long deadLetters,
			int attempts, @Nullable String lastError, @Nullable String storeError, ListenerStatsDescriptor stats,
			List<Partition> partitions) implements OperationResponseBody {

		static ListenerDescriptor of(KvSubscription subscription) {
			ListenerStatus status = null;
			String error = null;
			try {
				status = subscription.getStatus();
			}
			catch (RuntimeException ex) {
				error = StoreFailure.of(ex).isRefusal() ? StoreFailure.remedy(ex) : ex.getClass().getName();
			}
			ListenerOptions options = subscription.getOptions();
			KeyFilter filter = options.getFilter();
			KvListenerStats stats = subscription.getStats();
			return new ListenerDescriptor(subscription.getId(), subscription.getState(), options.getEvents(),
					(filter != null) ? filter.toString() : null, options.getOnExhausted(),
					(status != null) ? status.lag() : null, (status != null) ? status.deadLetters() : null,
					stats.attempts(), stats.lastError(), error, ListenerStatsDescriptor.of(stats),
					(status != null) ? status.partitions().stream().map(Partition::of).toList() : List.of());
		}

		/**
		 * One partition of a listener.
		 *
		 * @param partition its number
		 * @param owner the id of the instance that has it, {@code null} if none does
		 * @param paused whether it is paused
		 * @param checkpoint up to where everything is done with, {@code null} before the
		 * start
		 * @param lag how many entries of the log are behind that
		 * @param deadLetters how many dead letters it has
		 */
		@JsonInclude(Include.ALWAYS)
		public record Partition(int partition, @Nullable String owner, boolean paused, @Nullable String checkpoint,
				long lag, long deadLetters) {

			static Partition of(ListenerStatus.Partition partition) {
				return new Partition(partition.partition(), partition.owner(), partition.paused(),
						(partition.checkpoint() != null) ? partition.checkpoint().toString() : null, partition.lag(),
						partition.deadLetters());
			}

		}

	}

	/**
	 * What a listener did in this instance, as the endpoint shows it: every field is
	 * always there.
	 *
	 * @param processed events that were handled
	 * @param failed attempts that failed
	 * @param filtered events that it passed over
	 * @param skipped events that were given up
	 * @param deadLettered events that were put among the dead letters
	 * @param gaps how often changes were missed
	 * @param inFlight events that are being handled
	 * @param retrying events that failed and wait for their next attempt
	 * @param attempts how often the event among these failed that failed most often
	 * @param lag entries of the partitions of this instance that are not done with
	 * @param partitions how many partitions this instance has
	 * @param lastProcessedAt when the last event was handled, {@code null} before the
	 * first
	 * @param lastError the class of the last error, {@code null} before the first; its
	 * message is left out, since it may hold a value
	 */
	@JsonInclude(Include.ALWAYS)
	public record ListenerStatsDescriptor(long processed, long failed, long filtered, long skipped, long deadLettered,
			long gaps, int inFlight, int retrying, int attempts, long lag, int partitions,
			@Nullable Instant lastProcessedAt, @Nullable String lastError) {

		static ListenerStatsDescriptor of(KvListenerStats stats) {
			return new ListenerStatsDescriptor(stats.processed(), stats.failed(), stats.filtered(), stats.skipped(),
					stats.deadLettered(), stats.gaps(), stats.inFlight(), stats.retrying(), stats.attempts(),
					stats.lag(), stats.partitions(), stats.lastProcessedAt(), stats.lastError());
		}

	}

}
