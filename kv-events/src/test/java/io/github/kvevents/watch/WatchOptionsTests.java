package io.github.kvevents.watch;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link WatchOptions}.
 */
class WatchOptionsTests {

	@Test
	void hasDefaults() {
		WatchOptions options = WatchOptions.all();
		assertThat(options.getPrefix()).isEmpty();
		assertThat(options.getChanges()).containsExactlyInAnyOrder(KvChange.CREATED, KvChange.UPDATED,
				KvChange.REMOVED);
		assertThat(options.isInitialReplay()).isFalse();
		assertThat(options.getBufferSize()).isEqualTo(128);
		assertThat(options.getOverflow()).isEqualTo(WatchOverflow.FAIL);
		assertThat(options.getAfter()).isEmpty();
	}

	@Test
	void isImmutable() {
		WatchOptions options = WatchOptions.prefix("user:");
		WatchOptions changed = options.changes(KvChange.UPDATED, KvChange.UNCHANGED)
			.initialReplay()
			.bufferSize(7)
			.overflow(WatchOverflow.DROP_NEWEST)
			.idleTimeout(Duration.ofSeconds(3));
		assertThat(options).hasToString("WatchOptions[prefix=user:, changes=[CREATED, UPDATED, REMOVED], "
				+ "initialReplay=false, bufferSize=128, overflow=FAIL, after={}, idleTimeout=null]");
		assertThat(changed).hasToString("WatchOptions[prefix=user:, changes=[UPDATED], initialReplay=true, "
				+ "bufferSize=7, overflow=DROP_NEWEST, after={}, idleTimeout=PT3S]");
		assertThat(changed.changes().getChanges()).hasSize(3);
		assertThat(changed.changes().bufferSize(8).overflow(WatchOverflow.FAIL).getIdleTimeout())
			.isEqualTo(Duration.ofSeconds(3));
		assertThatIllegalArgumentException().isThrownBy(() -> options.idleTimeout(Duration.ZERO))
			.withMessage("'idleTimeout' must be positive but was PT0S");
	}

	@Test
	void startsBehindOnePositionOfEachPartition() {
		KvPosition first = new KvPosition(2, 17, 1);
		KvPosition later = new KvPosition(2, 18, 0);
		KvPosition other = new KvPosition(0, 5, 5);
		WatchOptions options = WatchOptions.all().after(first).after(other).after(later);
		assertThat(options.getAfter().values()).containsExactly(other, later);
		assertThatIllegalArgumentException().isThrownBy(options::initialReplay)
			.withMessageContaining("'initialReplay' and 'after'")
			.withMessageContaining("2:18-0");
		assertThatIllegalArgumentException().isThrownBy(() -> WatchOptions.all().initialReplay().after(first));
	}

}
