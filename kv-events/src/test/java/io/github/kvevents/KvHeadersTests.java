package io.github.kvevents;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KvHeaders}.
 */
class KvHeadersTests {

	@Test
	void anyValueComesBackAndIsEncodedWithoutSeparators() {
		KvHeaders headers = with(with(KvHeaders.NONE, "traceparent", "00-ab-cd-01"), "user.name", "Zo\u00eb:\n&=%+ \0");
		assertThat(headers.encoded()).matches("[A-Za-z0-9%=&._+*-]+").startsWith("traceparent=00-ab-cd-01&user.name=");
		assertThat(decode(headers.encoded())).isEqualTo(headers).isNotSameAs(headers);
		assertThat(decode(headers.encoded()).asMap()).containsExactly(Map.entry("traceparent", "00-ab-cd-01"),
				Map.entry("user.name", "Zo\u00eb:\n&=%+ \0"));
		assertThat(headers).hasToString("[traceparent, user.name]");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> headers.asMap().put("other", "x"));
	}

	@Test
	void headerOfTheSameNameIsReplaced() {
		assertThat(with(with(KvHeaders.NONE, "a", "1"), "a", "2").encoded()).isEqualTo("a=2");
	}

	@Test
	void whatExceedsTheLimitIsRefusedAndTheOthersStay() {
		KvHeaders full = with(KvHeaders.NONE, "a", "x".repeat(KvHeaders.MAX_BYTES - 2));
		assertThat(full.encoded()).hasSize(KvHeaders.MAX_BYTES);
		assertThat(full.with("b", "")).isNull();
		assertThat(full.with("a", "x".repeat(KvHeaders.MAX_BYTES - 1))).isNull();
		assertThat(decode(full.encoded())).isEqualTo(full);
		assertThat(decode(full.encoded() + "x")).isSameAs(KvHeaders.NONE);
		assertThat(KvHeaders.NONE.with("a", "\u00fc".repeat(1000))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "=", "=1", "a=%", "a=%4", "a=%zz", "a=1&", "&a=1", "a=1&&b=2", "a b=1", "a=\n",
			"a=:", "\u00fc=1", "a=\u00fc" })
	void malformedHeadersAreNone(String encoded) {
		assertThat(decode(encoded)).isSameAs(KvHeaders.NONE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a=b", "a:b", "\u00fc", "a\n" })
	void malformedNameIsRefused(String name) {
		assertThat(KvHeaders.NONE.with(name, "x")).isNull();
	}

	@Test
	void nothingIsNone() {
		assertThat(KvHeaders.decode(null)).isSameAs(KvHeaders.NONE);
		assertThat(KvHeaders.NONE.isEmpty()).isTrue();
	}

	@Test
	void traceIsThatOfTheW3cOrOfB3() {
		assertThat(KvHeaders.hasTrace(Map.of("traceparent", "x"))).isTrue();
		assertThat(KvHeaders.hasTrace(Map.of("b3", "x"))).isTrue();
		assertThat(KvHeaders.hasTrace(Map.of("X-B3-TraceId", "x"))).isTrue();
		assertThat(KvHeaders.hasTrace(Map.of("principal", "x"))).isFalse();
		assertThat(KvHeaders.hasTrace(Map.of())).isFalse();
	}

	private static KvHeaders with(KvHeaders headers, String name, String value) {
		return Objects.requireNonNull(headers.with(name, value));
	}

	private static KvHeaders decode(String encoded) {
		return KvHeaders.decode(encoded.getBytes(StandardCharsets.UTF_8));
	}

}
