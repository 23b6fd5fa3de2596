package io.github.kvevents.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Namespace}.
 */
class NamespaceTests {

	/**
	 * Hashed tags would spread badly: bull#1499.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 16, 250, 1024 })
	void tagsOfPartitionsHaveEqualSharesOfTheSlots(int partitions) {
		Namespace namespace = Namespace.tagged("orders", partitions);
		for (int partition = 0; partition < partitions; partition++) {
			int slot = SlotHash.getSlot("{" + namespace.tag(partition) + "}any");
			assertThat(slot).isBetween(partition * 16384 / partitions, (partition + 1) * 16384 / partitions - 1);
			assertThat(SlotHash.getSlot(namespace.log(partition))).isEqualTo(slot);
			assertThat(namespace.tag(partition)).matches("orders:" + partition + "-\\d+");
		}
	}

	@Test
	void plainTagsAreTheNamesOfPartitions() {
		assertThat(new Namespace("orders", 3).log(2)).isEqualTo("kv-events:{orders:2}:log");
		assertThat(new Namespace("orders", 3).isTagged()).isFalse();
	}

	@Test
	void slotIsThatOfRedis() {
		for (String key : new String[] { "", "a", "foo{bar}baz", "{}x", "a{b", "}{", "{é}1", "x{y}z{w}" }) {
			assertThat(ClusterSlots.slotOf(key.getBytes(StandardCharsets.UTF_8))).as(key)
				.isEqualTo(SlotHash.getSlot(key.getBytes(StandardCharsets.UTF_8)));
		}
	}

	@Test
	void layoutIsPartOfTheIdentity() {
		assertThat(Namespace.tagged("a", 2)).isEqualTo(Namespace.tagged("a", 2))
			.hasSameHashCodeAs(Namespace.tagged("a", 2))
			.isNotEqualTo(new Namespace("a", 2))
			.isNotEqualTo(Namespace.tagged("a", 3))
			.isNotEqualTo(Namespace.tagged("b", 2));
	}

	@Test
	void keysAreInAllPartitions() {
		Namespace namespace = Namespace.tagged("a", 16);
		assertThat(IntStream.range(0, 1000).map((number) -> namespace.partitionOf("key" + number)).distinct())
			.hasSize(16);
		assertThat(namespace.partitionOf("order:{17}:lines")).isEqualTo(namespace.partitionOf("payment:{17}"));
	}

	@Test
	void namesThatLookLikePartitionsAreRefused() {
		for (String name : List.of("a:3", "a:3-17", "a:b:0-0")) {
			assertThatIllegalArgumentException().isThrownBy(() -> Namespace.of(name))
				.withMessageContaining("must not end with a colon and a number");
		}
		assertThat(Namespace.of("a-3:b-17").name()).isEqualTo("a-3:b-17");
	}

	@Test
	void tooManyTaggedPartitionsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Namespace.tagged("a", 1025))
			.withMessage("'partitions' must be from 1 to 1024 in Redis Cluster, but is 1025");
	}

}
