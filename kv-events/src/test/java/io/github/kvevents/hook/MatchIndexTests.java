package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyHint;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.MatchIndex.Matchable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The index finds what asking every filter would find, and asks few.
 */
class MatchIndexTests {

	private static final List<KvEventType> TYPES = List.copyOf(EnumSet.allOf(KvEventType.class));

	@Test
	void findsWhatAskingEachFilterFinds() {
		Random random = new Random(4711);
		List<Entry> entries = new ArrayList<>();
		for (int number = 0; number < 400; number++) {
			entries.add(new Entry(EnumSet.of(TYPES.get(random.nextInt(TYPES.size()))), filter(random, 0),
					random.nextInt(5), number));
		}
		MatchIndex<Entry, List<Entry>> index = new MatchIndex<>(entries, Function.identity());
		for (int round = 0; round < 3000; round++) {
			String key = text(random, 6);
			KvEventType type = TYPES.get(random.nextInt(TYPES.size()));
			List<Entry> expected = entries.stream()
				.filter((entry) -> entry.events().contains(type))
				.filter((entry) -> entry.filter() == null || entry.filter().matches(key))
				.sorted(Comparator.comparingInt(Entry::order).thenComparingLong(Entry::sequence))
				.toList();
			assertThat(index.find(type, key, DispatchContext.current(), (entry, ex) -> {
				throw new AssertionError(ex);
			})).as(key).isEqualTo(expected);
		}
	}

	@Test
	void asksOnlyFiltersThatMayMatch() {
		AtomicInteger asked = new AtomicInteger();
		List<Entry> entries = new ArrayList<>();
		for (int number = 0; number < 10_000; number++) {
			KeyFilter filter = switch (number % 4) {
				case 0 -> KeyFilter.prefix("p" + number + ":");
				case 1 -> KeyFilter.suffix(":" + number);
				case 2 -> KeyFilter.keys(List.of("k" + number));
				default -> KeyFilter.regex("^r" + number + ":[0-9]+$");
			};
			entries.add(new Entry(EnumSet.allOf(KvEventType.class), new Counting(filter, asked), 0, number));
		}
		MatchIndex<Entry, List<Entry>> index = new MatchIndex<>(entries, Function.identity());
		for (String key : List.of("p8:x", "x:9", "k10", "r11:4")) {
			asked.set(0);
			assertThat(index.find(KvEventType.SET, key, DispatchContext.current(), (entry, ex) -> {
			})).as(key).hasSize(1);
			assertThat(asked).as(key).hasValue(1);
		}
	}

	private static @Nullable KeyFilter filter(Random random, int depth) {
		return switch (random.nextInt((depth < 3) ? 9 : 5)) {
			case 0 -> KeyFilter.prefix(text(random, 2), text(random, 3));
			case 1 -> KeyFilter.suffix(text(random, 2));
			case 2 -> KeyFilter.keys(List.of(text(random, 4), text(random, 3)));
			case 3 -> KeyFilter.regex("^" + text(random, 2) + (random.nextBoolean() ? "?" : "+") + "b*");
			case 4 -> KeyFilter.regex("^" + text(random, 1) + "|" + text(random, 2));
			case 5 -> any(filter(random, depth + 1)).and(any(filter(random, depth + 1)));
			case 6 -> any(filter(random, depth + 1)).or(any(filter(random, depth + 1)));
			case 7 -> any(filter(random, depth + 1)).negate();
			default -> null;
		};
	}

	private static KeyFilter any(@Nullable KeyFilter filter) {
		return (filter != null) ? filter : (key) -> true;
	}

	private static String text(Random random, int maxLength) {
		StringBuilder text = new StringBuilder();
		int length = 1 + random.nextInt(maxLength);
		for (int index = 0; index < length; index++) {
			text.append((char) ('a' + random.nextInt(3)));
		}
		return text.toString();
	}

	private record Entry(Set<KvEventType> events, @Nullable KeyFilter filter, int order,
			long sequence) implements Matchable {

		@Override
		public String name() {
			return "entry " + this.sequence;
		}

	}

	private record Counting(KeyFilter filter, AtomicInteger asked) implements KeyFilter {

		@Override
		public boolean matches(String key) {
			this.asked.incrementAndGet();
			return this.filter.matches(key);
		}

		@Override
		public KeyHint hint() {
			return this.filter.hint();
		}

	}

}
