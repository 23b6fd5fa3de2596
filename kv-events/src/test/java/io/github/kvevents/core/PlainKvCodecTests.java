package io.github.kvevents.core;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is stored where Jackson is missing.
 */
class PlainKvCodecTests {

	private final PlainKvCodec codec = new PlainKvCodec();

	@Test
	void textIsUtf8() {
		assertThat(this.codec.encode("é\0𝄞")).isEqualTo("é\0𝄞".getBytes(StandardCharsets.UTF_8));
		assertThat(this.codec.decode("é\0𝄞".getBytes(StandardCharsets.UTF_8), String.class)).isEqualTo("é\0𝄞");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?", "who? é", "\uFFFD", "?\uFFFD𝄞?", "ends?" })
	void textThatLooksLikeAReplacementIsKept(String text) {
		assertThat(this.codec.encode(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
		assertThat(this.codec.decode(this.codec.encode(text), String.class)).isEqualTo(text);
	}

	@Test
	void bytesAreCopied() {
		byte[] value = { (byte) 0xff, 0 };
		byte[] encoded = this.codec.encode(value);
		value[0] = 1;
		assertThat(encoded).containsExactly(0xff, 0);
		assertThat(this.codec.decode(encoded, byte[].class)).containsExactly(0xff, 0);
	}

	@Test
	void otherTypesAreRefusedWithTheWayOut() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(42))
			.withMessage("Without Jackson only String and byte[] can be stored, not java.lang.Integer: add "
					+ "'org.springframework.boot:spring-boot-starter-jackson', or declare a KvCodec bean");
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(new byte[] { 52 }, Integer.class))
			.withMessageContaining("not java.lang.Integer: add ");
	}

	@Test
	void whatTextCanNotBeIsRefusedWithoutTheValue() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode("secret\ud800"))
			.withMessage("The text holds an unpaired surrogate, which UTF-8 can't express");
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode("\uFFFD?\udc00 secret"))
			.withMessage("The text holds an unpaired surrogate, which UTF-8 can't express");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.codec.decode(new byte[] { 'a', (byte) 0xef, (byte) 0xbf }, String.class))
			.withMessage("The bytes are not UTF-8: read them as byte[]");
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(new byte[] { -1 }, String.class))
			.withMessage("The bytes are not UTF-8: read them as byte[]");
	}

}
