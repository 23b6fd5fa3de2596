package io.github.kvevents.watch;

import java.util.Arrays;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A copy of the keys "prefix0", "prefix1", ... with numbers as their values, as small as
 * can be: ten thousand of them fit into the memory of a test.
 */
final class NumberCopy {

	private static final int ABSENT = -1;

	private final String prefix;

	private final int[] numbers;

	NumberCopy(String prefix, int keys) {
		this.prefix = prefix;
		this.numbers = new int[keys];
		Arrays.fill(this.numbers, ABSENT);
	}

	void apply(KvEvent event) {
		int key = Integer.parseInt(event.getKey().substring(this.prefix.length()));
		this.numbers[key] = (event.getChange() != KvChange.REMOVED)
				? Integer.parseInt(WatchRaceContractTests.value(event)) : ABSENT;
	}

	void assertIsStored(KvTemplate template) {
		int[] stored = new int[this.numbers.length];
		for (int key = 0; key < stored.length; key++) {
			stored[key] = template.get(this.prefix + key, String.class).map(Integer::parseInt).orElse(ABSENT);
		}
		assertThat(this.numbers).isEqualTo(stored);
	}

	void assertEquals(NumberCopy other) {
		assertThat(this.numbers).isEqualTo(other.numbers);
	}

}
