package io.github.kvevents.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.core.ValueCodec.ValueType;
import io.github.kvevents.fixture.NothingCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which codecs are given the bytes of the store and which a copy of them.
 */
class ValueCodecTests {

	private final byte[] stored = "value".getBytes(StandardCharsets.UTF_8);

	@ParameterizedTest
	@ValueSource(classes = { JsonKvCodec.class, PlainKvCodec.class })
	void defaultCodecIsGivenTheBytesOfTheStore(Class<?> type) {
		RecordingCodec codec = new RecordingCodec(type);
		ValueCodec values = values(codec);
		assertThat(values.decodeStored("key", this.stored, ValueType.of(String.class))).isEqualTo("value");
		assertThat(codec.given).isSameAs(this.stored);
		Map<String, String> all = values.decode(List.of("absent", "key"),
				List.of(Optional.empty(), Optional.of(this.stored)), ValueType.of(String.class));
		assertThat(all).containsExactly(Map.entry("key", "value"));
		assertThat(codec.given).isSameAs(this.stored);
	}

	@Test
	void bytesThemselvesAreCopied() {
		ValueCodec values = values(new RecordingCodec(PlainKvCodec.class));
		byte[] decoded = values.decodeStored("key", this.stored, ValueType.of(byte[].class));
		assertThat(decoded).isEqualTo(this.stored).isNotSameAs(this.stored);
	}

	/**
	 * It may return what shares them.
	 */
	@Test
	void anyOtherCodecIsGivenACopy() {
		RecordingCodec codec = new RecordingCodec(RecordingCodec.class);
		values(codec).decodeStored("key", this.stored, ValueType.of(String.class));
		assertThat(codec.given).isEqualTo(this.stored).isNotSameAs(this.stored);
	}

	/**
	 * Advice of the application is called with the bytes before the codec is.
	 */
	@Test
	void proxyOfADefaultCodecIsGivenACopy() {
		List<Object> given = new ArrayList<>();
		ProxyFactory proxy = new ProxyFactory(new PlainKvCodec());
		proxy.addAdvice((MethodBeforeAdvice) (method, arguments, target) -> given.add(arguments[0]));
		values((KvCodec) proxy.getProxy()).decodeStored("key", this.stored, ValueType.of(String.class));
		assertThat(given).hasSize(1).first().isEqualTo(this.stored).isNotSameAs(this.stored);
	}

	@Test
	void codecIsAskedForWhenItIsUsedAndItsFailureNamesTheKey() {
		ValueCodec values = values(new RecordingCodec(null));
		assertThatExceptionOfType(KvCodecException.class)
			.isThrownBy(() -> values.decodeStored("key", this.stored, ValueType.of(String.class)))
			.withMessageContaining("key")
			.withCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	void codecThatReturnsNothingFails() {
		ValueCodec values = values(new NothingCodec());
		ValueType<List<String>> list = ValueType.of(new ParameterizedTypeReference<List<String>>() {
		});
		assertThatNothingIsRefused(() -> values.encode("key", "value"));
		assertThatNothingIsRefused(() -> values.encode("key", List.of(), list));
		assertThatNothingIsRefused(() -> values.decode("key", this.stored, String.class));
		assertThatNothingIsRefused(() -> values.decode("key", this.stored, list));
		assertThatNothingIsRefused(
				() -> values.decode(List.of("key"), List.of(Optional.of(this.stored)), ValueType.of(String.class)));
	}

	private static void assertThatNothingIsRefused(ThrowingCallable call) {
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(call)
			.withMessageContaining("'key'")
			.havingCause()
			.withMessage("The codec returned null");
	}

	private static ValueCodec values(KvCodec codec) {
		return new ValueCodec(codec, new Arguments(1000, 1000));
	}

	/**
	 * A codec in front of another one, as the application's is.
	 */
	private static final class RecordingCodec implements KvCodec, DecoratingProxy {

		private final KvCodec plain = new PlainKvCodec();

		private final @Nullable Class<?> type;

		private byte @Nullable [] given;

		RecordingCodec(@Nullable Class<?> type) {
			this.type = type;
		}

		@Override
		public byte[] encode(Object value) {
			return this.plain.encode(value);
		}

		@Override
		public <T> T decode(byte[] value, Class<T> type) {
			this.given = value;
			return this.plain.decode(value, type);
		}

		@Override
		public Class<?> getDecoratedClass() {
			if (this.type == null) {
				throw new IllegalStateException("on purpose");
			}
			return this.type;
		}

	}

}
