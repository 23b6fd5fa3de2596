package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingActivity.State;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;
import io.github.kvevents.expiry.TrackingStatus.Partition;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * What the health contributor says.
 */
class KvEventsHealthIndicatorTests {

	private final KvStore store = mock(KvStore.class);

	private final ExpiryMonitor expiry = mock(ExpiryMonitor.class);

	KvEventsHealthIndicatorTests() {
		given(this.store.getName()).willReturn("shelf");
	}

	@Test
	void upWithTheFactsOfTheStore() {
		given(this.store.ping()).willReturn(Map.of("version", "7.9.9"));
		Health health = new KvEventsHealthIndicator(this.store, null, null, null).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnly(Map.entry("store", "shelf"), Map.entry("version", "7.9.9"));
	}

	@Test
	void downWithTheReasonWhenTheStoreDoesNotAnswer() {
		given(this.store.ping()).willThrow(new QueryTimeoutException("no answer in 2 s"));
		Health health = new KvEventsHealthIndicator(this.store, null, null, null).health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsOnly(Map.entry("store", "shelf"),
				Map.entry("error", QueryTimeoutException.class.getName() + ": no answer in 2 s"));
	}

	@Test
	void notificationsThatDoNotComeAreToldAndHarmNothing() {
		given(this.store.ping()).willReturn(Map.of());
		NotificationStatus status = new NotificationStatus(NotificationMode.CONFIGURE,
				NotificationStatus.State.CONNECTING, "Ex", true, 5, 3, "java.io.IOException");
		Health health = new KvEventsHealthIndicator(this.store, null, () -> status, null).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("notifications",
				Map.of("mode", NotificationMode.CONFIGURE, "state", NotificationStatus.State.CONNECTING, "received", 5L,
						"dropped", 3L, "missingFlags", "Ex", "configRefused", true, "lastError",
						"java.io.IOException"));
	}

	@Test
	void tellsHowTrackingIsDoing() {
		Health health = health(status(Duration.ofMillis(4999), "me", "volatile-lru"));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).doesNotContainKey("warnings")
			.containsEntry("tracking",
					Map.of("mode", TrackingMode.AUTO, "state", State.TRACKING, "tracked", 60L, "overdue", 9L));
	}

	@Test
	void warnsWhenTheSweepIsBehind() {
		assertWarns(health(status(Duration.ofMillis(5001), "me", "noeviction")),
				"The sweep is behind: 9 tracked deadlines have passed unnoticed, the earliest 5001 ms ago. "
						+ "Is the server, or the instance that sweeps, overloaded?");
		assertWarns(health(status(Duration.ofMillis(7003), null, "noeviction")),
				"The sweep is behind: 9 tracked deadlines have passed unnoticed, the earliest 7003 ms ago. "
						+ "No instance sweeps: is none running in which something receives expiries?");
	}

	@Test
	void warnsOfAnEvictionPolicyThatMayRemoveTheIndex() {
		assertWarns(health(status(Duration.ZERO, "me", "allkeys-random")),
				"The server's 'maxmemory-policy' is 'allkeys-random': when memory is short it may remove the deadline "
						+ "index, and expiries are lost. Set it to 'noeviction' or to one of the 'volatile-' policies.");
	}

	@Test
	void warnsWhenTheStoreDoesNotTellHowTrackingIsDoing() {
		given(this.store.ping()).willReturn(Map.of());
		given(this.expiry.getActivity()).willReturn(new TrackingActivity(TrackingMode.ALL, State.IDLE, 1, 0, 0));
		given(this.expiry.getStatus()).willThrow(new QueryTimeoutException("no answer to secret"));
		Health health = new KvEventsHealthIndicator(this.store, this.expiry, null, null).health();
		assertWarns(health, "The store doesn't tell how tracked expiries are doing: "
				+ "org.springframework.dao.QueryTimeoutException");
		assertThat(health.getDetails()).containsEntry("tracking",
				Map.of("mode", TrackingMode.ALL, "state", State.IDLE));
	}

	@Test
	void asksNothingAboutTrackingThatIsOffOrWhenTheStoreIsAway() {
		given(this.expiry.getActivity()).willReturn(new TrackingActivity(TrackingMode.OFF, State.OFF, 0, 0, 0));
		Health health = new KvEventsHealthIndicator(this.store, this.expiry, null, null).health();
		assertThat(health.getDetails()).containsEntry("tracking", Map.of("mode", TrackingMode.OFF, "state", State.OFF));
		given(this.expiry.getActivity()).willReturn(new TrackingActivity(TrackingMode.AUTO, State.TRACKING, 0, 0, 0));
		given(this.store.ping()).willThrow(new QueryTimeoutException("no answer in 2 s"));
		new KvEventsHealthIndicator(this.store, this.expiry, null, null).health();
		verify(this.expiry, never()).getStatus();
	}

	private Health health(TrackingStatus status) {
		given(this.store.ping()).willReturn(Map.of());
		given(this.expiry.getActivity()).willReturn(new TrackingActivity(TrackingMode.AUTO, State.TRACKING, 1, 0, 0));
		given(this.expiry.getStatus()).willReturn(status);
		return new KvEventsHealthIndicator(this.store, this.expiry, null, null).health();
	}

	private static TrackingStatus status(Duration overdueBy, @Nullable String holder, String policy) {
		Partition quiet = new Partition(20, 0, null, Duration.ZERO, "other", 3, Map.of());
		Partition busy = new Partition(40, 9, Instant.EPOCH, overdueBy, holder, 5, Map.of("me", 8L));
		return new TrackingStatus(List.of(quiet, busy), policy);
	}

	private static void assertWarns(Health health, String warning) {
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("warnings", List.of(warning));
	}

}
