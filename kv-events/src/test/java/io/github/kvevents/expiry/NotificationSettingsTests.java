package io.github.kvevents.expiry;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NotificationSettingsTests {

	private final NotificationSettings settings = NotificationSettings.defaults();

	@Test
	void hasTheDocumentedDefaults() {
		assertThat(this.settings).isEqualTo(new NotificationSettings(NotificationMode.LISTEN, 0, Duration.ofSeconds(30),
				Duration.ofMillis(200), Duration.ofSeconds(10), 4, 10_000));
	}

	@Test
	void changesOnlyTheGivenSetting() {
		NotificationSettings changed = this.settings.mode(NotificationMode.CONFIGURE)
			.database(3)
			.checkInterval(Duration.ofSeconds(7))
			.backOff(Duration.ofMillis(5), Duration.ofMillis(6))
			.dispatch(2, 9);
		assertThat(changed).isEqualTo(new NotificationSettings(NotificationMode.CONFIGURE, 3, Duration.ofSeconds(7),
				Duration.ofMillis(5), Duration.ofMillis(6), 2, 9));
		assertThat(this.settings.mode()).isEqualTo(NotificationMode.LISTEN);
	}

	@Test
	void anIntervalMayBeLongerThanMillisecondsCanSay() {
		Duration eternity = Duration.ofSeconds(Long.MAX_VALUE);
		assertThat(this.settings.checkInterval(eternity).checkInterval()).isEqualTo(eternity);
	}

	@Test
	void namesTheInvalidArgument() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.database(-2))
			.withMessage("'database' must not be negative but was -2");
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.checkInterval(Duration.ofNanos(5)))
			.withMessage("'checkInterval' must be at least a millisecond but was PT0.000000005S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.backOff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
			.withMessage("'maxBackOff' must not be shorter than 'minBackOff' (PT2S) but was PT1S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.dispatch(0, 1))
			.withMessage("'dispatchThreads' must be positive but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.dispatch(1, 0))
			.withMessage("'queueCapacity' must be positive but was 0");
	}

}
