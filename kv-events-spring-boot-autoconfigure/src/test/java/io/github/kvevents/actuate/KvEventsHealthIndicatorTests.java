package io.github.kvevents.actuate;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What the health contributor says.
 */
class KvEventsHealthIndicatorTests {

	private final KvStore store = mock(KvStore.class);

	KvEventsHealthIndicatorTests() {
		given(this.store.getName()).willReturn("shelf");
	}

	@Test
	void upWithTheFactsOfTheStore() {
		given(this.store.ping()).willReturn(Map.of("version", "7.9.9"));
		Health health = new KvEventsHealthIndicator(this.store, () -> null).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnly(Map.entry("store", "shelf"), Map.entry("version", "7.9.9"));
	}

	@Test
	void downWithTheReasonWhenTheStoreDoesNotAnswer() {
		given(this.store.ping()).willThrow(new QueryTimeoutException("no answer in 2 s"));
		Health health = new KvEventsHealthIndicator(this.store, () -> null).health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsOnly(Map.entry("store", "shelf"),
				Map.entry("error", QueryTimeoutException.class.getName() + ": no answer in 2 s"));
	}

	@Test
	void notificationsThatDoNotComeAreToldAndHarmNothing() {
		given(this.store.ping()).willReturn(Map.of());
		NotificationStatus status = new NotificationStatus(NotificationMode.CONFIGURE,
				NotificationStatus.State.CONNECTING, "Ex", true, 5, 3, "java.io.IOException");
		Health health = new KvEventsHealthIndicator(this.store, () -> status).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("notifications",
				Map.of("mode", NotificationMode.CONFIGURE, "state", NotificationStatus.State.CONNECTING, "received", 5L,
						"dropped", 3L, "missingFlags", "Ex", "configRefused", true, "lastError",
						"java.io.IOException"));
	}

}
