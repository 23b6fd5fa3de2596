package io.github.kvevents.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Items in order by key. Each item is named by its key and a number.
 */
class KeyedQueueTests {

	private final KeyedQueue<String> queue = new KeyedQueue<>();

	@Test
	void nextItemOfAKeyIsTakenOnlyAfterTheOneBefore() {
		add("a1", "a2", "b1");
		assertThat(this.queue.poll()).isEqualTo("a1");
		assertThat(this.queue.poll()).isEqualTo("b1");
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.isReady()).isFalse();
		assertThat(this.queue.size()).isOne();
		assertThat(this.queue.release("a")).isTrue();
		assertThat(this.queue.poll()).isEqualTo("a2");
		assertThat(this.queue.release("a")).isFalse();
		assertThat(this.queue.release("b")).isFalse();
		assertThat(this.queue.keys()).isEmpty();
	}

	@Test
	void keyThatIsReadyForLongestIsFirst() {
		add("a1", "b1", "a2", "c1");
		List<String> taken = new ArrayList<>();
		for (String item = this.queue.poll(); item != null; item = this.queue.poll()) {
			taken.add(item);
			this.queue.release(item.substring(0, 1));
		}
		assertThat(taken).containsExactly("a1", "b1", "c1", "a2");
	}

	@Test
	void addSaysWhetherTheKeyIsReadyByThat() {
		assertThat(this.queue.add("a", "a1")).isTrue();
		assertThat(this.queue.add("a", "a2")).isFalse();
		this.queue.poll();
		assertThat(this.queue.add("a", "a3")).isFalse();
		assertThat(this.queue.add("b", "b1")).isTrue();
	}

	@Test
	void nextStaysWithTheKeyUntilItHasNoItem() {
		add("a1", "b1", "a2");
		this.queue.poll();
		assertThat(this.queue.next("a")).isEqualTo("a2");
		assertThat(this.queue.next("a")).isNull();
		assertThat(this.queue.keys()).containsExactly("b");
		assertThat(this.queue.add("a", "a3")).isTrue();
	}

	@Test
	void occupiedKeyHoldsItsItemsBack() {
		assertThat(this.queue.occupy("a")).isTrue();
		assertThat(this.queue.occupy("a")).isFalse();
		assertThat(this.queue.add("a", "a1")).isFalse();
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.release("a")).isTrue();
		assertThat(this.queue.occupy("a")).isFalse();
		assertThat(this.queue.poll()).isEqualTo("a1");
	}

	@Test
	void oldestOfAllIsRemovedWhicheverKeyItHas() {
		add("a1", "b1", "a2", "c1");
		assertThat(this.queue.poll()).isEqualTo("a1");
		assertThat(this.queue.removeOldest()).isEqualTo("b1");
		assertThat(this.queue.removeOldest()).isEqualTo("a2");
		assertThat(this.queue.poll()).isEqualTo("c1");
		assertThat(this.queue.size()).isZero();
		assertThat(this.queue.keys()).containsExactlyInAnyOrder("a", "c");
		assertThat(this.queue.release("a")).isFalse();
		assertThatIllegalStateException().isThrownBy(this.queue::removeOldest);
	}

	@Test
	void itemThatIsTakenOutOfTheMiddleLeavesTheOthersInTheirAge() {
		add("a1", "b1", "c1", "d1");
		this.queue.poll();
		this.queue.poll();
		add("e1");
		assertThat(this.queue.removeOldest()).isEqualTo("c1");
		assertThat(this.queue.removeOldest()).isEqualTo("d1");
		assertThat(this.queue.removeOldest()).isEqualTo("e1");
	}

	@Test
	void clearDropsAllAndFreesTheKeys() {
		add("a1", "a2", "b1");
		this.queue.poll();
		assertThat(this.queue.clear()).isEqualTo(2);
		assertThat(this.queue.keys()).isEmpty();
		assertThat(this.queue.isReady()).isFalse();
		assertThat(this.queue.release("a")).isFalse();
		assertThat(this.queue.next("a")).isNull();
	}

	@Test
	void oldestIsTheOldestAlsoWherePlacesAreUsedAgain() {
		add("a1", "b1");
		takeAll();
		add("c1", "d1");
		takeAll();
		add("e1", "f1", "g1");
		assertThat(this.queue.removeOldest()).isEqualTo("e1");
		assertThat(this.queue.removeOldest()).isEqualTo("f1");
		assertThat(this.queue.removeOldest()).isEqualTo("g1");
		assertThat(this.queue.keys()).isEmpty();
	}

	@Test
	void itemsLeaveAsTheyDoFromAPlainListWhateverTheOrderOfTheSteps() {
		Random random = new Random(20_261);
		List<String> items = new ArrayList<>();
		List<String> occupied = new ArrayList<>();
		for (int step = 0; step < 20_000; step++) {
			switch (random.nextInt(5)) {
				case 0, 1 -> {
					String item = (char) ('a' + random.nextInt(6)) + "" + step;
					items.add(item);
					add(item);
				}
				case 2 -> {
					String taken = this.queue.poll();
					assertThat(taken).isEqualTo(items.stream()
						.filter((item) -> item.equals(taken) && !occupied.contains(item.substring(0, 1)))
						.findFirst()
						.orElse(null));
					if (taken != null) {
						String key = taken.substring(0, 1);
						assertThat(items).filteredOn((item) -> item.startsWith(key)).first().isEqualTo(taken);
						items.remove(taken);
						occupied.add(key);
					}
				}
				case 3 -> {
					if (!occupied.isEmpty()) {
						this.queue.release(occupied.remove(random.nextInt(occupied.size())));
					}
				}
				default -> {
					if (!items.isEmpty()) {
						assertThat(this.queue.removeOldest()).isEqualTo(items.remove(0));
					}
				}
			}
			assertThat(this.queue.size()).isEqualTo(items.size());
			assertThat(this.queue.isReady())
				.isEqualTo(items.stream().anyMatch((item) -> !occupied.contains(item.substring(0, 1))));
		}
	}

	private void takeAll() {
		for (String item = this.queue.poll(); item != null; item = this.queue.poll()) {
			this.queue.release(item.substring(0, 1));
		}
	}

	private void add(String... items) {
		for (String item : items) {
			this.queue.add(item.substring(0, 1), item);
		}
	}

}
