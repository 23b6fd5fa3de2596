package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link EntryHeader} and {@link EntryHeader.Factory}.
 */
class EntryHeaderTests {

	private static final KvHeaders HEADERS = Objects.requireNonNull(KvHeaders.NONE.with("traceparent", "00-a-b-01"));

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXPIRED")
	void isDecodedWithAndWithoutABatch(KvEventType type) {
		assertComesBack(type, null, "shop-1");
		assertComesBack(type, new KvBatch("batch", 2, 31), "shop-1");
	}

	@ParameterizedTest
	@ValueSource(strings = { ":", "::a:", "1/2/3", "a b\n\u0000", "\u00fc\ud83d\ude00", "S:x::y" })
	void anyOriginAndBatchIsDecoded(String text) {
		assertComesBack(KvEventType.BATCH_SET, new KvBatch(text, 0, 1), text);
		assertComesBack(KvEventType.SET, null, text);
	}

	@Test
	void decodesTheHeaderThatScriptsWriteForAnExpiry() {
		assertThat(EntryHeader.decode(bytes("E::1700000000123:shop:1")))
			.isEqualTo(new EntryHeader(KvEventType.EXPIRED, "", 1_700_000_000_123L, null, "shop:1", KvHeaders.NONE));
		assertThat(EntryHeader.decode(bytes("E::1700000000123:shop:1\ntraceparent=00-a-b-01")))
			.isEqualTo(new EntryHeader(KvEventType.EXPIRED, "", 1_700_000_000_123L, null, "shop:1", HEADERS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\n=", "\na", "\na=%", "\na=%zz", "\na b=1", "\na=:", "\na=1&", "\na=1&&b=2" })
	void whatIsNoHeadersIsPartOfTheOrigin(String end) {
		EntryHeader decoded = EntryHeader.decode(bytes("S:op1::shop" + end));
		assertThat(decoded.origin()).isEqualTo("shop" + end);
		assertThat(decoded.headers()).isSameAs(KvHeaders.NONE);
		assertThat(decoded.operationId()).isEqualTo("op1");
	}

	@Test
	void tooManyOrTooLongHeadersArePartOfTheOrigin() {
		String many = "\n" + "a=1&".repeat(KvHeaders.MAX_BYTES / 4) + "a=1";
		assertThat(EntryHeader.decode(bytes("S:op1::shop" + many)).origin()).isEqualTo("shop" + many);
	}

	@Test
	void isCompact() {
		assertThat(EntryHeader.encode(KvEventType.SET, "op1", null, "shop", KvHeaders.NONE))
			.isEqualTo(bytes("S:op1::shop"));
		assertThat(EntryHeader.encode(KvEventType.BATCH_DELETE, "op1", new KvBatch("b1", 3, 7), "shop", KvHeaders.NONE))
			.isEqualTo(bytes("X:op1:3/7/2:b1shop"));
		assertThat(EntryHeader.encode(KvEventType.SET, "op1", null, "shop", HEADERS))
			.isEqualTo(bytes("S:op1::shop\ntraceparent=00-a-b-01"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "S", "S:1:", "Q:1::o", "SS:1::o", "E:1::o", "E::x:o", "B:1:1/2:bo", "B:1:x/2/1:bo",
			"B:1:0/1/9:bo", "B:1:0/1/-1:bo", "B:1:2/1/1:bo", "B:1:0/1/2147483647:bo", "B:1:/1/1:bo", "B:1:0//1:bo",
			"B:1:0/1/:bo", "B:1:0/1/1/1:bo", "\u00e4:1::o", ":1::o" })
	void malformedHeaderIsRefused(String header) {
		assertThatIllegalArgumentException().isThrownBy(() -> EntryHeader.decode(bytes(header)));
	}

	@Test
	void operationsOfAllStartsDiffer() {
		Set<String> ids = new HashSet<>();
		for (int start = 0; start < 50; start++) {
			EntryHeader.Factory metas = new EntryHeader.Factory("shop");
			for (int operation = 0; operation < 100; operation++) {
				assertThat(ids.add(EntryHeader.decode(metas.next(KvEventType.SET, null, HEADERS)).operationId()))
					.isTrue();
			}
		}
	}

	private static void assertComesBack(KvEventType type, @Nullable KvBatch batch, String origin) {
		for (KvHeaders headers : List.of(KvHeaders.NONE, HEADERS)) {
			assertThat(EntryHeader.decode(EntryHeader.encode(type, "4x0", batch, origin, headers)))
				.isEqualTo(new EntryHeader(type, "4x0", null, batch, origin, headers));
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
