package io.github.kvevents.core;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link SetOptions}.
 */
class SetOptionsTests {

	private static final Duration TTL = Duration.ofMillis(1234);

	private static final Instant AT = Instant.parse("2031-05-06T07:08:09.123Z");

	@Test
	void eachOptionReachesTheStore() {
		byte[] value = { 7 };
		StoreWrite write = SetOptions.defaults().timeToLive(TTL).ifPresent().toWrite("k", value);
		assertThat(write.timeToLive()).isEqualTo(TTL);
		assertThat(write.condition()).isEqualTo(Condition.IF_PRESENT);
		assertThat(write.value()).isSameAs(value);
		assertThat(SetOptions.defaults().expireAt(AT).toWrite("k", value).expireAt()).isEqualTo(AT);
		assertThat(SetOptions.defaults().keepTimeToLive().toWrite("k", value).keepTimeToLive()).isTrue();
		assertThat(SetOptions.defaults().ifAbsent().toWrite("k", value).condition()).isEqualTo(Condition.IF_ABSENT);
	}

	@Test
	void optionsAreImmutable() {
		SetOptions options = SetOptions.defaults();
		options.timeToLive(TTL);
		options.ifAbsent();
		StoreWrite write = options.toWrite("k", new byte[0]);
		assertThat(write.timeToLive()).isNull();
		assertThat(write.condition()).isEqualTo(Condition.ALWAYS);
	}

	@Test
	void twoExpirationsConflict() {
		String message = "Only one of 'timeToLive', 'expireAt' and 'keepTimeToLive' can be given";
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().timeToLive(TTL).expireAt(AT))
			.withMessageContaining(message)
			.withMessageContaining("PT1.234S")
			.withMessageContaining(AT.toString());
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().keepTimeToLive().timeToLive(TTL))
			.withMessageContaining(message);
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().expireAt(AT).keepTimeToLive())
			.withMessageContaining(message);
	}

	@Test
	void twoConditionsConflict() {
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().ifAbsent().ifPresent())
			.withMessage("Only one of 'ifAbsent' and 'ifPresent' can be given");
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().ifPresent().ifAbsent())
			.withMessage("Only one of 'ifAbsent' and 'ifPresent' can be given");
	}

	@Test
	void timeToLiveMustBeAtLeastAMillisecond() {
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().timeToLive(Duration.ZERO))
			.withMessageContaining("'timeToLive' must be at least 1 ms but was PT0S");
		assertThatIllegalArgumentException().isThrownBy(() -> SetOptions.defaults().timeToLive(Duration.ofMillis(-5)))
			.withMessageContaining("but was PT-0.005S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SetOptions.defaults().timeToLive(Duration.ofNanos(999_999)))
			.withMessageContaining("but was PT0.000999999S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SetOptions.defaults().timeToLive(Duration.ofSeconds(Long.MAX_VALUE)))
			.withMessageContaining("'timeToLive' must be at most");
	}

}
