package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeyNames} in the tagged layout.
 */
class KeyNamesTests {

	private final Namespace namespace = Namespace.tagged("shop", 4);

	private final KeyNames names = KeyNames.prefixedWith("app:").in(this.namespace);

	@ParameterizedTest
	@ValueSource(strings = { "a", "{17}:lines", "}{", "{}", "{shop:0-1}x", "a\r\n\0b", "日本", "a\ufffd" })
	void nameHasTheTagOfThePartitionInFront(String key) {
		String tag = "{" + this.namespace.tag(this.namespace.partitionOf(key)) + "}";
		byte[] name = this.names.toRedis(key);
		assertThat(text(name)).isEqualTo(tag + "app:" + key);
		assertThat(this.names.fromRedis(name)).isEqualTo(key);
		assertThat(this.names.fromAnyClient(name)).isEqualTo(key);
		assertThat(this.names.withoutTag(text(name))).isEqualTo("app:" + key);
	}

	@Test
	void nameWithTheTagOfAnotherPartitionIsNoKey() {
		int partition = this.namespace.partitionOf("a");
		String other = "{" + this.namespace.tag((partition + 1) % 4) + "}app:a";
		assertThat(this.names.fromRedis(bytes(other))).isNull();
		assertThat(this.names.fromRedis(bytes("{" + this.namespace.tag(partition) + "}other:a"))).isNull();
		assertThat(this.names.fromRedis(bytes("app:a"))).isNull();
		assertThat(this.names.fromRedis(bytes("{shop:"))).isNull();
		assertThat(this.names.fromRedis(bytes(this.namespace.log(0)))).isNull();
		assertThat(this.names.fromRedis(new byte[] { '{', 'x', '}', (byte) 0xff })).isNull();
	}

	@ParameterizedTest
	@ValueSource(bytes = { (byte) 0x80, (byte) 0xc3, (byte) 0xe3, (byte) 0xff })
	void nameThatIsNoTextIsNoKey(byte end) {
		KeyNames plain = KeyNames.prefixedWith("app:");
		assertThat(plain.fromRedis(new byte[] { 'a', 'p', 'p', ':', 'x', end })).isNull();
		assertThat(plain.fromRedis(new byte[] { 'a', 'p', 'p', ':', end, 'x' })).isNull();
	}

	@Test
	void keyOfAnotherClientMayLackTheTag() {
		assertThat(this.names.fromAnyClient(bytes("app:a"))).isEqualTo("a");
		assertThat(this.names.fromAnyClient(bytes("a"))).isNull();
	}

	@Test
	void patternTakesNamesLiterally() {
		KeyNames special = KeyNames.prefixedWith("a*").in(Namespace.tagged("sh?p", 2));
		assertThat(text(special.toPattern("b["))).isEqualTo("{sh\\?p:*}a\\*b\\[*");
	}

	@Test
	void plainNamespaceHasNoTags() {
		assertThat(text(KeyNames.prefixedWith("app:").in(new Namespace("shop", 4)).toRedis("a"))).isEqualTo("app:a");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
