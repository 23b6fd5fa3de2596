package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.kvevents.KvCodecException;
import io.github.kvevents.fixture.NothingCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.StoreKvEventLog.EventLogEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link EntryId} and {@link EventLogOptions}.
 */
@NullUnmarked // passes null where it must not be
class EventLogVocabularyTests {

	@Test
	void idsAreWrittenAndReadAsRedisDoes() {
		EntryId id = new EntryId(1700000000123L, 42);
		assertThat(id).hasToString("1700000000123-42");
		assertThat(EntryId.parse("1700000000123-42")).isEqualTo(id);
	}

	@Test
	void idsAreOrderedByTimeThenSequence() {
		assertThat(new EntryId(10, 2)).isLessThan(new EntryId(10, 11)).isGreaterThan(new EntryId(9, 99));
		assertThat(new EntryId(10, 2).isAfter(new EntryId(10, 2))).isFalse();
		assertThat(new EntryId(10, 2).isAfter(new EntryId(10, 1))).isTrue();
		assertThat(new EntryId(10, Long.MAX_VALUE).next()).isEqualTo(new EntryId(11, 0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "+5-+1", "١-٢", "", "5", "-1", "5-", "a-b", "5-6-7", "1-99999999999999999999", "+" })
	void whatIsNoIdIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> EntryId.parse(text))
			.withMessage("An entry id must look like '1700000000000-0' (millis-sequence) but was '" + text + "'");
	}

	@Test
	void idsAreNotNegative() {
		assertThatIllegalArgumentException().isThrownBy(() -> new EntryId(-4, 0))
			.withMessage("'millis' must not be negative but was -4");
		assertThatIllegalArgumentException().isThrownBy(() -> new EntryId(4, -2))
			.withMessage("'sequence' must not be negative but was -2");
	}

	@Test
	void codecThatReturnsNothingFails() {
		LogEntry entry = new LogEntry("log", new EntryId(1, 0), Map.of("field", new byte[] { '1' }),
				new NothingCodec());
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> entry.get("field", String.class))
			.withMessageContainingAll("'field'", "'log'")
			.withStackTraceContaining("The codec returned null");
		EventLogEncoder encoder = new EventLogEncoder("log", new NothingCodec());
		assertThatExceptionOfType(KvCodecException.class)
			.isThrownBy(() -> encoder.encode(List.of(Map.of("field", "value"))))
			.withMessageContainingAll("'field'", "'log'")
			.withStackTraceContaining("The codec returned null");
	}

	@Test
	void optionsAreImmutable() {
		EventLogOptions options = EventLogOptions.defaults();
		EventLogOptions bounded = options.maxLength(7);
		EventLogOptions mortal = bounded.timeToLiveAfterLastAdd(Duration.ofMinutes(3));
		assertThat(options.getMaxLength()).isEqualTo(Integer.MAX_VALUE);
		assertThat(bounded.getMaxLength()).isEqualTo(7);
		assertThat(bounded.getTimeToLiveAfterLastAdd()).isNull();
		assertThat(mortal.getMaxLength()).isEqualTo(7);
		assertThat(mortal.getTimeToLiveAfterLastAdd()).isEqualTo(Duration.ofMinutes(3));
	}

	@Test
	void optionsAreChecked() {
		EventLogOptions options = EventLogOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.maxLength(0))
			.withMessage("'maxLength' must be at least 1 but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> options.timeToLiveAfterLastAdd(Duration.ofNanos(999)))
			.withMessage("'timeToLive' must be at least 1 ms but was PT0.000000999S");
		assertThatIllegalArgumentException().isThrownBy(() -> options.timeToLiveAfterLastAdd(Duration.ofDays(-1)))
			.withMessageContaining("PT-24H");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> options.timeToLiveAfterLastAdd(Duration.ofSeconds(Long.MAX_VALUE)))
			.withMessageContaining("must be at most");
		assertThatIllegalArgumentException().isThrownBy(() -> options.timeToLiveAfterLastAdd(null))
			.withMessage("'timeToLive' must not be null");
	}

}
