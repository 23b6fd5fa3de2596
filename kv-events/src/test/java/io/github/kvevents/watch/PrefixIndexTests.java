package io.github.kvevents.watch;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PrefixIndex}.
 */
class PrefixIndexTests {

	private final PrefixIndex<String> index = new PrefixIndex<>();

	@Test
	void findsWhatIsUnderEachPrefixOfAKey() {
		this.index.add("user:", "users");
		this.index.add("user:", "users too");
		this.index.add("user:1", "one");
		this.index.add("order:", "orders");
		this.index.add("", "all");
		assertThat(find("user:17")).containsExactlyInAnyOrder("all", "users", "users too", "one");
		assertThat(find("user:")).containsExactlyInAnyOrder("all", "users", "users too");
		assertThat(find("user")).containsExactly("all");
		this.index.remove("", "all");
		assertThat(find("user")).isEmpty();
		assertThat(this.index.matches("user")).isFalse();
		assertThat(this.index.matches("order:1")).isTrue();
	}

	@Test
	void forgetsWhatIsRemoved() {
		this.index.add("a:", "1");
		this.index.add("b:", "2");
		this.index.remove("a:", "1");
		this.index.remove("a:", "1");
		assertThat(this.index.matches("a:x")).isFalse();
		assertThat(find("b:x")).as("another prefix of the same length").containsExactly("2");
		this.index.remove("b:", "3");
		assertThat(this.index.isEmpty()).isFalse();
		this.index.remove("b:", "2");
		assertThat(this.index.isEmpty()).isTrue();
		assertThat(find("b:x")).isEmpty();
	}

	private List<String> find(String key) {
		List<String> found = new ArrayList<>();
		this.index.forEach(key, found::add);
		return found;
	}

}
