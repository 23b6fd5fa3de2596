package io.github.kvevents.redis.expiry;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyHint;
import io.github.kvevents.KvReceiver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link OtherReceivers} says of a key is what the receivers say one by one.
 */
class OtherReceiversTests {

	private final Random random = new Random(4711);

	@Test
	void selectsWhatOneOfManyReceiversSelects() {
		for (int number = 0; number < 300; number++) {
			List<KvReceiver> receivers = IntStream.range(0, this.random.nextInt(6)).mapToObj(this::receiver).toList();
			OtherReceivers others = new OtherReceivers("app:");
			others.update(Stream.of(Announcement.of("app:", receivers)).toList());
			assertThat(others.exist()).isEqualTo(receivers.stream().anyMatch(OtherReceiversTests::selectsAny));
			for (int tries = 0; tries < 100; tries++) {
				String key = text(6);
				assertThat(others.maySelect(key)).as("%s of %s", key, receivers)
					.isEqualTo(receivers.stream().anyMatch((receiver) -> receiver.maySelect(key)));
				assertThat(others.takeValues() || !others.mayTakeValue(key)).isTrue();
				assertThat(others.mayTakeValue(key)).as("value of %s of %s", key, receivers)
					.isEqualTo(receivers.stream()
						.anyMatch((receiver) -> receiver.takesValue() && receiver.maySelect(key)));
			}
		}
	}

	@Test
	void selectsNothingOfInstancesWithAnotherKeyPrefix() {
		OtherReceivers others = new OtherReceivers("app:");
		others.update(List.of(Announcement.of("other:", List.of(KvReceiver.of("hook", null)))));
		assertThat(others.exist()).isFalse();
		assertThat(others.maySelect("a")).isFalse();
	}

	@Test
	void forgetsThoseThatAreGone() {
		OtherReceivers others = new OtherReceivers("");
		others.update(List.of(Announcement.of("", List.of(KvReceiver.observer("watch")))));
		assertThat(others.maySelect("a")).isTrue();
		others.update(List.of());
		assertThat(others.exist()).isFalse();
	}

	@Test
	void hookThatTakesAnotherParameterIsTheSameHook() {
		KvReceiver hook = KvReceiver.of("hook", KeyFilter.prefix("a:"));
		Announcement values = Announcement.of("", List.of(hook));
		Announcement keys = Announcement.of("", List.of(hook.takesValue(false)));
		assertThat(keys.hasAll(values)).isTrue();
		assertThat(values.hasAll(keys)).isTrue();
		assertThat(values.fingerprint()).isNotEqualTo(keys.fingerprint());
		assertThat(keys.keysOfValues("")).isEmpty();
		assertThat(values.keysOfValues("")).containsExactly(hook.keys());
		assertThat(values.keysOfValues("other:")).isEmpty();
	}

	private KvReceiver receiver(int number) {
		KeyHint keys = (this.random.nextInt(20) == 0) ? KeyHint.anyKey()
				: new KeyHint(false, texts(), texts(), texts());
		boolean observer = this.random.nextInt(3) == 0;
		return new KvReceiver("receiver-" + number, keys, "", observer, observer || this.random.nextBoolean());
	}

	private static boolean selectsAny(KvReceiver receiver) {
		KeyHint keys = receiver.keys();
		return keys.any() || !keys.keys().isEmpty() || !keys.prefixes().isEmpty() || !keys.suffixes().isEmpty();
	}

	private Set<String> texts() {
		return IntStream.range(0, this.random.nextInt(3)).mapToObj((number) -> text(3)).collect(Collectors.toSet());
	}

	/** Of few characters, so that texts begin and end alike. */
	private String text(int maxLength) {
		return this.random.ints(1 + this.random.nextInt(maxLength), 'a', 'c')
			.mapToObj(Character::toString)
			.collect(Collectors.joining());
	}

}
