package io.github.kvevents.core;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.core.JsonKvCodec.JsonFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link JsonKvCodec}.
 */
class JsonKvCodecTests {

	private static final JsonMapper STRICT = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.build();

	private final JsonKvCodec codec = new JsonKvCodec(JsonMapper.builder().build());

	@Test
	void textIsStoredAsItIs() {
		assertThat(this.codec.encode("späße \uD83D\uDE80")).isEqualTo(utf8("späße \uD83D\uDE80"));
		assertThat(this.codec.decode(utf8("späße"), String.class)).isEqualTo("späße");
	}

	@Test
	void bytesAreStoredAsTheyAreAndCopied() {
		byte[] value = { 0, -1, 13 };
		byte[] encoded = this.codec.encode(value);
		value[0] = 9;
		assertThat(encoded).containsExactly(0, -1, 13);
		assertThat(this.codec.decode(encoded, byte[].class)).containsExactly(0, -1, 13);
	}

	@Test
	void anythingElseIsJson() {
		assertThat(this.codec.encode(new Item("tea", 3))).isEqualTo(utf8("{\"name\":\"tea\",\"count\":3}"));
		assertThat(this.codec.decode(utf8("{\"name\":\"tea\",\"count\":3}"), Item.class)).isEqualTo(new Item("tea", 3));
		assertThat(this.codec.encode(42L)).isEqualTo(utf8("42"));
	}

	@Test
	void equalMapsAreEqualBytes() {
		Map<String, Integer> forward = new LinkedHashMap<>();
		forward.put("a", 1);
		forward.put("b", 2);
		Map<String, Integer> backward = new LinkedHashMap<>();
		backward.put("b", 2);
		backward.put("a", 1);
		assertThat(this.codec.encode(forward)).isEqualTo(this.codec.encode(backward));
	}

	@Test
	void genericTypesAreDecoded() {
		Type type = new ParameterizedTypeReference<List<Item>>() {
		}.getType();
		assertThat(this.codec.decode(utf8("[{\"name\":\"tea\",\"count\":3}]"), type))
			.isEqualTo(List.of(new Item("tea", 3)));
	}

	@Test
	void defaultTypingOfTheApplicationIsNotUsed() {
		JsonMapper typing = JsonMapper.builder()
			.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build(),
					DefaultTyping.NON_FINAL)
			.build();
		JsonKvCodec codec = new JsonKvCodec(typing);
		assertThat(new String(codec.encode(new Holder("x")), StandardCharsets.UTF_8)).isEqualTo("{\"content\":\"x\"}");
		assertThat(new String(typing.writeValueAsBytes(new Holder("x")), StandardCharsets.UTF_8)).contains("Holder");
	}

	@Test
	void failureToDecodeSaysWhereButNotWhat() {
		assertThatExceptionOfType(JsonFailure.class)
			.isThrownBy(() -> this.codec.decode(utf8("{\"name\":\"tea\",\"count\":\"4111-secret\"}"), Item.class))
			.withMessageContaining("at count")
			.withMessageNotContaining("secret")
			.withNoCause();
	}

	@Test
	void failureToDecodeHidesTheKeysOfMaps() {
		Type type = new ParameterizedTypeReference<Map<String, Item>>() {
		}.getType();
		assertThatExceptionOfType(JsonFailure.class)
			.isThrownBy(() -> this.codec.decode(utf8("{\"secret\":{\"name\":\"tea\",\"count\":\"x\"}}"), type))
			.withMessageContaining("[*].count")
			.withMessageNotContaining("secret");
	}

	@Test
	void failureToDecodeHidesTheNameOfAPropertyThatNothingDeclares() {
		assertThatExceptionOfType(JsonFailure.class)
			.isThrownBy(() -> new JsonKvCodec(STRICT).decode(utf8("{\"name\":\"tea\",\"count\":3,\"4111-secret\":1}"),
					Item.class))
			.withMessageContaining("UnrecognizedPropertyException")
			.withMessageContaining("at [*]")
			.withMessageNotContaining("secret")
			.withNoCause();
	}

	@Test
	void failureToDecodeNamesAPropertyInTheMappersOwnCase() {
		JsonKvCodec snake = new JsonKvCodec(
				JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build());
		assertThatExceptionOfType(JsonFailure.class)
			.isThrownBy(() -> snake.decode(utf8("{\"unit_price\":\"secret\"}"), Price.class))
			.withMessageContaining("at unit_price")
			.withMessageNotContaining("secret");
	}

	@Test
	void failureToDecodeHidesWhatAnAnySetterTakes() {
		assertThatExceptionOfType(JsonFailure.class)
			.isThrownBy(() -> this.codec.decode(utf8("{\"secret\":\"x\"}"), Open.class))
			.withMessageContaining("at [*]")
			.withMessageNotContaining("secret");
	}

	@Test
	void failureToEncodeHidesWhatAGetterSaid() {
		assertThatExceptionOfType(JsonFailure.class).isThrownBy(() -> this.codec.encode(new Throwing()))
			.withMessageContaining("at content")
			.withMessageContaining("IllegalStateException")
			.withMessageNotContaining("secret");
	}

	@Test
	void textThatUtf8CannotExpressIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode("a\uD800b"))
			.withMessageContaining("unpaired surrogate");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.codec.decode(new byte[] { (byte) 0xff, 'a' }, String.class))
			.withMessageContaining("not UTF-8");
	}

	@Test
	void jsonNullIsNoValue() {
		assertThatIllegalStateException().isThrownBy(() -> this.codec.decode(utf8("null"), Item.class))
			.withMessage("The JSON is null");
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	record Item(String name, int count) {
	}

	record Price(int unitPrice) {
	}

	static class Open {

		private final Map<String, Integer> all = new LinkedHashMap<>();

		@JsonAnySetter
		public void put(String name, Integer value) {
			this.all.put(name, value);
		}

	}

	static class Holder {

		private final String content;

		Holder(String content) {
			this.content = content;
		}

		public String getContent() {
			return this.content;
		}

	}

	static class Throwing {

		public String getContent() {
			throw new IllegalStateException("secret");
		}

	}

}
