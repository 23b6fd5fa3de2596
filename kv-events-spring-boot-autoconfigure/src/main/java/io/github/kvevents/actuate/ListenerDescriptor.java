package io.github.kvevents.actuate;

import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.ListenerStatus;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.support.StoreFailure;

/**
 * One listener, as the endpoint shows it: every field is always there. What the store was
 * to tell is {@code null} or empty where it didn't answer.
 *
 * @param id the listener's id
 * @param state what it does in this instance
 * @param events the events that it receives
 * @param filter what its key filter says about itself, {@code null} if it receives all
 * keys
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
public record ListenerDescriptor(String id, SubscriptionState state, Set<KvEventType> events, @Nullable String filter,
		OnExhausted onExhausted, @Nullable Long lag, @Nullable Long deadLetters, int attempts,
		@Nullable String lastError, @Nullable String storeError, ListenerStatsDescriptor stats,
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
