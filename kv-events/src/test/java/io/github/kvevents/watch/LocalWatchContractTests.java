package io.github.kvevents.watch;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.PlainKvCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is different without a change log.
 */
abstract class LocalWatchContractTests extends WatchContractTests {

	@Test
	void aPositionNeedsTheChangeLog() {
		WatchInstance instance = instance();
		KvPosition position = new KvPosition(0, 17, 3);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> instance.watch(WatchOptions.all().after(position)))
			.withMessageContaining("0:17-3")
			.withMessageContaining("'kv.events.log.enabled=true'");
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	@Test
	void receivesOnlyTheChangesOfItsInstance() {
		WatchInstance instance = instance();
		WatchInstance other = instance();
		try (KvWatch watch = instance.watch(WatchOptions.all())) {
			other.template.set("a", "1");
			instance.template.set("a", "2");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED a=2");
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
		}
	}

	@Test
	void receivesAnExpiryUnlessTheKeyWasWrittenSince() {
		WatchInstance instance = instance();
		try (KvWatch watch = instance.watch(WatchOptions.prefix("session:"))) {
			assertThat(instance.engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
			instance.engine.getDispatcher().deliver(expired("session:1"));
			instance.template.set("session:2", "again");
			instance.engine.getDispatcher().deliver(expired("session:2"));
			instance.engine.getDispatcher().deliver(expired("session-3"));
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 2))).containsExactly("REMOVED session:1",
					"CREATED session:2=again");
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
		}
		assertThat(instance.engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isFalse();
	}

	private static KvEvent expired(String key) {
		return KvEventBuilder.forKey("test", key, new PlainKvCodec())
			.previousValue(new byte[] { 'v' })
			.expired(Instant.now(), Duration.ofMillis(2));
	}

}
