package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every back end does. A subclass gives an empty one to each test.
 */
public abstract class KvStoreContractTests {

	protected abstract KvStore store();

	@Test
	void setTellsThePreviousValue() {
		assertThat(store().set(new StoreWrite("order:1", bytes("a")))).isEqualTo(new StoreOutcome(true, null));
		StoreOutcome outcome = store().set(new StoreWrite("order:1", bytes("b")));
		assertThat(outcome.applied()).isTrue();
		assertThat(outcome.previousValue()).isEqualTo(bytes("a"));
		assertThat(store().get("order:1")).isEqualTo(bytes("b"));
	}

	protected static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
