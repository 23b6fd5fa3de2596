package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.KvDeadLetters;
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
 * {@link Endpoint @Endpoint} that shows the durable listeners of this application, pauses
 * and resumes them, moves them to another position, and redrives or discards their dead
 * letters. It shows no values, and neither keys nor the messages of errors unless that is
 * permitted.
 */
@Endpoint(id = "kvlisteners")
public class KvListenersEndpoint {

	/** How many dead letters to redrive or discard, unless the request has a limit. */
	static final int ACTION_LIMIT = 100;

	/** How long a store may take that answers, but slowly. */
	private static final Duration LONGEST = Duration.ofSeconds(10);

	private final StoreReads reads = new StoreReads();

	private final KvListenerRegistry registry;

	private final Show showKeys;

	/**
	 * Creates an endpoint that never shows keys.
	 * @param registry the listeners to show
	 */
	public KvListenersEndpoint(KvListenerRegistry registry) {
		this(registry, Show.NEVER);
	}

	/**
	 * Creates an endpoint.
	 * @param registry the listeners to show
	 * @param showKeys when to show the keys of dead letters and the messages of their
	 * errors
	 */
	public KvListenersEndpoint(KvListenerRegistry registry, Show showKeys) {
		Assert.notNull(registry, "'registry' must not be null");
		Assert.notNull(showKeys, "'showKeys' must not be null");
		this.registry = registry;
		this.showKeys = showKeys;
	}

	KvListenerRegistry registry() {
		return this.registry;
	}

	/**
	 * Shows all listeners, in the order of their registration.
	 * @return the listeners
	 */
	@ReadOperation
	public ListenersDescriptor listeners() {
		return new ListenersDescriptor(describe(this.registry.all()));
	}

	/**
	 * Once the store has not answered, it is not asked about the others. As long as it
	 * answers it is, since there may be very many of them.
	 */
	List<ListenerDescriptor> describe(Collection<KvSubscription> subscriptions) {
		List<ListenerDescriptor> listeners = new ArrayList<>();
		long last = System.nanoTime() + LONGEST.toNanos();
		String away = null;
		for (KvSubscription subscription : subscriptions) {
			ListenerDescriptor listener = (away != null) ? ListenerDescriptor.of(subscription, null, away)
					: describe(subscription, StoreReads.endBefore(last));
			listeners.add(listener);
			away = listener.storeError();
		}
		return listeners;
	}

	private ListenerDescriptor describe(KvSubscription subscription) {
		return describe(subscription, StoreReads.end());
	}

	private ListenerDescriptor describe(KvSubscription subscription, long end) {
		try {
			ListenerStatus status = this.reads.read(end, subscription::getStatus);
			return ListenerDescriptor.of(subscription, status, null);
		}
		catch (RuntimeException ex) {
			return ListenerDescriptor.of(subscription, null,
					StoreFailure.of(ex).isRefusal() ? StoreFailure.remedy(ex) : ex.getClass().getName());
		}
	}

	/**
	 * Shows one listener.
	 * @param id its id
	 * @return the listener, or {@code null} if there is none
	 */
	@ReadOperation
	public @Nullable ListenerDescriptor listener(@Selector String id) {
		return this.registry.find(id).map(this::describe).orElse(null);
	}

	/**
	 * Shows dead letters of a listener, the oldest first.
	 * @param id the listener's id
	 * @param part must be {@code deadletters}
	 * @param after the id of a letter: only those behind it
	 * @param limit how many letters, from 1 to 1000, by default 100
	 * @return a page of letters, or {@code null} if there is no such listener or part
	 */
	@ReadOperation
	public @Nullable DeadLettersDescriptor deadLetters(@Selector String id, @Selector String part,
			@Nullable String after, @Nullable Integer limit) {
		return deadLetters(id, part, after, limit, this.showKeys == Show.ALWAYS);
	}

	@Nullable DeadLettersDescriptor deadLetters(String id, String part, @Nullable String after, @Nullable Integer limit,
			boolean withKeys) {
		KvSubscription subscription = part.equals("deadletters") ? this.registry.find(id).orElse(null) : null;
		if (subscription == null) {
			return null;
		}
		return this.reads.read(() -> DeadLettersDescriptor.of(subscription,
				DeadLettersDescriptor.read(subscription, after, limit), withKeys));
	}

	/**
	 * Runs an action on a listener and, if it is about dead letters, on the oldest ones.
	 * @param id its id
	 * @param action the action
	 * @param position for {@code seek} where to resume
	 * @param limit how many dead letters
	 * @return the listener after the action, or {@code null} if there is none
	 */
	public @Nullable ListenerDescriptor act(String id, String action, @Nullable String position,
			@Nullable Integer limit) {
		return act(id, action, position, limit, null);
	}

	/**
	 * Runs an action on a listener, in the whole fleet.
	 * @param id its id
	 * @param action {@code pause}, {@code resume}, {@code seek}, {@code redrive} or
	 * {@code discard}
	 * @param position for {@code seek} where to resume: {@code earliest}, {@code latest},
	 * or the position of the first event to deliver, such as {@code 0:1700000000000-0}
	 * @param limit for {@code redrive} and {@code discard} how many dead letters, by
	 * default 100
	 * @param letter for {@code redrive} and {@code discard} the id of the only dead
	 * letter
	 * @return the listener after the action, or {@code null} if there is none
	 */
	@WriteOperation
	public @Nullable ListenerDescriptor act(@Selector String id, String action, @Nullable String position,
			@Nullable Integer limit, @Nullable String letter) {
		KvSubscription subscription = this.registry.find(id).orElse(null);
		if (subscription == null) {
			return null;
		}
		switch (action) {
			case "pause" -> subscription.pause();
			case "resume" -> subscription.resume();
			case "seek" -> seek(subscription, position);
			case "redrive", "discard" ->
				settle(subscription.getDeadLetters(), action.equals("redrive"), limit(limit), letter);
			default -> throw invalid("'action' must be pause, resume, seek, redrive or discard but was '"
					+ KeyText.printable(action) + "'");
		}
		return describe(subscription);
	}

	private static void settle(KvDeadLetters letters, boolean redrive, int limit, @Nullable String letter) {
		try {
			if (letter != null) {
				boolean ignored = redrive ? letters.redrive(letter) : letters.discard(letter);
			}
			else {
				int ignored = redrive ? letters.redriveAll(limit) : letters.discardAll(limit);
			}
		}
		catch (IllegalArgumentException ex) {
			throw invalid(String.valueOf(ex.getMessage()));
		}
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
		return (limit != null) ? limit : ACTION_LIMIT;
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
	 * One listener. Each field is always present; those that the store reports are
	 * {@code null} or empty if it did not answer.
	 *
	 * @param id the listener's id
	 * @param state its state in this instance
	 * @param events the events that it receives
	 * @param filter the description of its key filter, {@code null} if it receives all
	 * keys
	 * @param onExhausted what happens to an event whose attempts are exhausted
	 * @param lag how many entries of the log it has not handled, in the whole fleet
	 * @param deadLetters how many dead letters it has, in the whole fleet
	 * @param attempts how many attempts the event that it retries in this instance has
	 * had
	 * @param lastError the class of the last error in this instance
	 * @param storeError the class of the failure if the store did not answer
	 * @param stats its statistics in this instance
	 * @param partitions each partition, in the whole fleet
	 */
	@JsonInclude(Include.ALWAYS)
	public record ListenerDescriptor(String id, SubscriptionState state, Set<KvEventType> events,
			@Nullable String filter, OnExhausted onExhausted, @Nullable Long lag, @Nullable Long deadLetters,
			int attempts, @Nullable String lastError, @Nullable String storeError, ListenerStatsDescriptor stats,
			List<Partition> partitions) implements OperationResponseBody {

		static ListenerDescriptor of(KvSubscription subscription, @Nullable ListenerStatus status,
				@Nullable String error) {
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
		 * @param owner the id of the instance that it is assigned to, {@code null} if
		 * there is none
		 * @param paused whether it is paused
		 * @param checkpoint the position up to which all entries are handled,
		 * {@code null} before the first
		 * @param lag how many entries of the log are after the checkpoint
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
	 * The statistics of a listener in this instance. Each field is always present.
	 *
	 * @param processed events that were handled
	 * @param failed attempts that failed
	 * @param filtered events that its filters excluded
	 * @param skipped events that were skipped after their last attempt
	 * @param deadLettered events that became dead letters
	 * @param gaps how often changes were missed
	 * @param inFlight events that are being handled
	 * @param retrying events that failed and wait for their next attempt
	 * @param attempts the most attempts that one of these has had
	 * @param lag entries of the assigned partitions that are not handled
	 * @param partitions how many partitions are assigned to this instance
	 * @param lastProcessedAt when the last event was handled, {@code null} before the
	 * first
	 * @param lastError the class of the last error, {@code null} before the first;
	 * without the message, which may contain a value
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
