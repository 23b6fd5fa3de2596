package io.github.kvevents;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.fixture.NothingCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What an event carries, and the small types that belong to it.
 */
class KvEventTests {

	private static final Instant MOMENT = Instant.ofEpochMilli(1_700_000_000_321L);

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static KvEventBuilder builder() {
		return KvEventBuilder.forKey("source", "k\r\n1", new OverwritingCodec())
			.value(bytes("new"))
			.previousValue(bytes("old"))
			.origin("blue-7")
			.occurredAt(MOMENT)
			.position(new KvPosition(3, 17, 4))
			.batch(new KvBatch("b", 1, 5));
	}

	@Test
	void carriesCopies() {
		KvSetEvent event = builder().set(KvEventType.BATCH_SET);
		byte[] value = event.getRawValue();
		byte[] previous = event.getRawPreviousValue();
		assertThat(value).isNotNull();
		assertThat(previous).isNotNull();
		value[0] = 'X';
		previous[0] = 'X';
		assertThat(event.getRawValue()).isEqualTo(bytes("new"));
		assertThat(event.getRawPreviousValue()).isEqualTo(bytes("old"));
	}

	/**
	 * {@code null} would say that the key is gone.
	 */
	@Test
	void valueThatTheCodecReturnsAsNullCantBeDecoded() {
		KvSetEvent event = KvEventBuilder.forKey("source", "k", new NothingCodec())
			.value(bytes("new"))
			.previousValue(bytes("old"))
			.set(KvEventType.SET);
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> event.getValue(String.class))
			.withMessageContaining("'k'")
			.withStackTraceContaining("The codec returned null");
		ParameterizedTypeReference<List<String>> list = new ParameterizedTypeReference<>() {
		};
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> event.getPreviousValue(list))
			.withStackTraceContaining("The codec returned null");
	}

	@Test
	void keepsWhatItWasBuiltWith() {
		KvEventBuilder builder = builder();
		KvSetEvent event = builder.set(KvEventType.SET);
		builder.value(bytes("later"))
			.previousValue(null)
			.origin("green-8")
			.occurredAt(Instant.EPOCH)
			.position(null)
			.batch(null);
		assertThat(event.getValue(String.class)).isEqualTo("new");
		assertThat(event.getPreviousValue(String.class)).isEqualTo("old");
		assertThat(event.getChange()).isEqualTo(KvChange.UPDATED);
		assertThat(event.getOrigin()).isEqualTo("blue-7");
		assertThat(event.getOccurredAt()).isEqualTo(MOMENT);
		assertThat(event.getTimestamp()).isEqualTo(MOMENT.toEpochMilli());
		assertThat(event.getPosition()).isEqualTo(new KvPosition(3, 17, 4));
		assertThat(event.getBatch()).isEqualTo(new KvBatch("b", 1, 5));
		assertThat(builder.set(KvEventType.SET).getChange()).isEqualTo(KvChange.CREATED);
	}

	@Test
	void aCodecThatSpoilsItsBytesHarmsNoOneElse() {
		KvSetEvent event = builder().set(KvEventType.SET);
		assertThat(event.getValue(String.class)).isEqualTo("new");
		assertThat(event.getValue(String.class)).isEqualTo("new");
		assertThat(event.getPreviousValue(String.class)).isEqualTo("old");
		assertThat(event.getRawPreviousValue()).isEqualTo(bytes("old"));
	}

	@Test
	void survivesSerializationAsFarAsItsBytes() throws Exception {
		KvSetEvent event = copy(builder().set(KvEventType.BATCH_SET));
		assertThat(event.getRawValue()).isEqualTo(bytes("new"));
		assertThat(event.getRawPreviousValue()).isEqualTo(bytes("old"));
		assertThat(event.getKey()).isEqualTo("k\r\n1");
		assertThat(event.getOrigin()).isEqualTo("blue-7");
		assertThat(event.getOccurredAt()).isEqualTo(MOMENT);
		assertThat(event.getPosition()).isEqualTo(new KvPosition(3, 17, 4));
		assertThat(event.getBatch()).isEqualTo(new KvBatch("b", 1, 5));
		assertThat(event.getChange()).isEqualTo(KvChange.UPDATED);
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> event.getValue(String.class))
			.withMessage("The value of key 'k\\u000d\\u000a1' can't be decoded to 'java.lang.String'")
			.withRootCauseExactlyInstanceOf(IllegalStateException.class);
		KvExpiredEvent expired = copy(builder().value(null).expired(MOMENT, Duration.ofMillis(12)));
		assertThat(expired.getLateness()).isEqualTo(Duration.ofMillis(12));
		assertThat(expired.getDeadline()).isEqualTo(MOMENT);
	}

	@SuppressWarnings("unchecked")
	private static <T extends KvEvent> T copy(T event) throws IOException, ClassNotFoundException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
			output.writeObject(event);
		}
		try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			return (T) input.readObject();
		}
	}

	@Test
	void toStringNamesNoValueAndStaysOnOneLine() {
		assertThat(builder().set(KvEventType.SET))
			.hasToString("KvSetEvent[type=SET, change=UPDATED, key=k\\u000d\\u000a1, origin=blue-7]");
	}

	@Test
	void anExpiryHasNoValueButTheLastOne() {
		KvExpiredEvent tracked = builder().value(null).expired(MOMENT, Duration.ofMillis(5));
		assertThat(tracked.getType()).isEqualTo(KvEventType.EXPIRED);
		assertThat(tracked.getChange()).isEqualTo(KvChange.REMOVED);
		assertThat(tracked.getRawValue()).isNull();
		assertThat(tracked.getValue(String.class)).isNull();
		assertThat(tracked.getPreviousValue(String.class)).isEqualTo("old");
		assertThat(tracked.getDetectedBy()).isEqualTo(KvExpirySource.TRACKING);
		KvExpiredEvent notified = builder().value(null).previousValue(null).expiredByNotification();
		assertThat(notified.getDetectedBy()).isEqualTo(KvExpirySource.NOTIFICATION);
		assertThat(notified.getDeadline()).isNull();
		assertThat(notified.getLateness()).isNull();
		assertThat(notified.getPreviousValue(String.class)).isNull();
		assertThat(notified.getRawPreviousValue()).isNull();
	}

	@Test
	void changesAreDecidedByTheBytes() {
		assertThat(builder().set(KvEventType.SET_RAW).getChange()).isEqualTo(KvChange.UPDATED);
		assertThat(builder().previousValue(bytes("new")).set(KvEventType.SET).getChange())
			.isEqualTo(KvChange.UNCHANGED);
		assertThat(builder().previousValue(null).set(KvEventType.SET).getChange()).isEqualTo(KvChange.CREATED);
		assertThat(builder().value(null).delete(KvEventType.DELETE).getChange()).isEqualTo(KvChange.REMOVED);
	}

	@Test
	void buildersRefuseWhatIsNoEvent() {
		assertThatIllegalArgumentException().isThrownBy(() -> builder().set(KvEventType.DELETE))
			.withMessage("'type' must be SET, SET_RAW or BATCH_SET but was DELETE");
		assertThatIllegalArgumentException().isThrownBy(() -> builder().delete(KvEventType.EXPIRED))
			.withMessage("'type' must be DELETE or BATCH_DELETE but was EXPIRED");
		assertThatIllegalStateException().isThrownBy(() -> builder().value(null).set(KvEventType.SET));
		assertThatIllegalArgumentException().isThrownBy(() -> builder().expired(MOMENT, Duration.ofMillis(-3)))
			.withMessage("'lateness' must not be negative but was PT-0.003S");
		assertThatIllegalArgumentException().isThrownBy(() -> builder().origin(" "))
			.withMessage("'origin' must not be empty but was ' '");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KvEventBuilder.forKey("source", "", new OverwritingCodec()))
			.withMessage("'key' must not be empty");
	}

	@Test
	void valueOfAnExpiryIsItsLast() {
		KvExpiredEvent event = builder().previousValue(null).expired(MOMENT, Duration.ofMillis(5));
		assertThat(event.getRawValue()).isNull();
		assertThat(event.getPreviousValue(String.class)).isEqualTo("new");
	}

	@Test
	void builderMakesFurtherEventsAfterAnExpiry() {
		KvEventBuilder builder = builder().previousValue(null);
		builder.expired(MOMENT, Duration.ofMillis(5));
		KvSetEvent set = builder.set(KvEventType.SET);
		assertThat(set.getValue(String.class)).isEqualTo("new");
		assertThat(set.getChange()).isEqualTo(KvChange.CREATED);
		KvExpiredEvent again = builder.expired(MOMENT, Duration.ofMillis(5));
		assertThat(again.getPreviousValue(String.class)).isEqualTo("new");
		assertThat(again.getOccurredAt()).isEqualTo(set.getOccurredAt());
		assertThat(again.getOrigin()).isEqualTo(set.getOrigin());
	}

	@Test
	void buildersRefuseAValueThatTheEventCanNotHave() {
		assertThatIllegalStateException().isThrownBy(() -> builder().expired(MOMENT, Duration.ZERO))
			.withMessageContaining("not with both");
		assertThatIllegalStateException().isThrownBy(() -> builder().delete(KvEventType.DELETE))
			.withMessageContaining("'previousValue'");
		assertThatIllegalStateException().isThrownBy(() -> builder().value(null).expiredByNotification())
			.withMessageContaining("no last value");
		assertThatIllegalStateException().isThrownBy(() -> builder().previousValue(null).expiredByNotification())
			.withMessageContaining("no last value");
	}

	@Test
	void aPlaceInABatchIsWithinIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> new KvBatch("b", 5, 5))
			.withMessage("'index' must be from 0 to 4 but was 5");
		assertThatIllegalArgumentException().isThrownBy(() -> new KvBatch("", 0, 5))
			.withMessage("'id' must not be empty");
	}

	@Test
	void positionsHaveATextForm() {
		KvPosition position = new KvPosition(0, 1_700_000_000_000L, 0);
		assertThat(position).hasToString("0:1700000000000-0");
		assertThat(KvPosition.parse("0:1700000000000-0")).isEqualTo(position);
		assertThat(KvPosition.parse("7:12-345")).isEqualTo(new KvPosition(7, 12, 345));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1700000000000-0", "0:1700000000000", "0:-1-0", "-1:5-0", "0:+5-0", "a:5-0", "0:5-0 ",
			"0:5-0-1", "0:\u0665-0", "99999999999:5-0", "0:99999999999999999999-0" })
	void textThatIsNoPositionIsNamed(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> KvPosition.parse(text))
			.withMessage(
					"A position must look like '0:1700000000000-0' (partition:millis-sequence) but was '" + text + "'");
	}

	@Test
	void textThatIsNoPositionForgesNoLine() {
		assertThatIllegalArgumentException().isThrownBy(() -> KvPosition.parse("0:5-0\r\nroot logged in"))
			.withMessageEndingWith("but was '0:5-0\\u000d\\u000aroot logged in'");
	}

	@ParameterizedTest
	@CsvSource({ "-1,2,3,'partition',-1", "1,-2,3,'millis',-2", "1,2,-3,'sequence',-3" })
	void positionsAreNotNegative(int partition, long millis, long sequence, String name, String value) {
		assertThatIllegalArgumentException().isThrownBy(() -> new KvPosition(partition, millis, sequence))
			.withMessage("'" + name + "' must not be negative but was " + value);
	}

	@Test
	void positionsCompareWithinAPartition() {
		KvPosition position = new KvPosition(2, 100, 9);
		assertThat(position).isLessThan(new KvPosition(2, 101, 0))
			.isLessThan(new KvPosition(2, 100, 10))
			.isGreaterThan(new KvPosition(2, 99, 99))
			.isEqualByComparingTo(new KvPosition(2, 100, 9));
		assertThatIllegalArgumentException().isThrownBy(() -> position.compareTo(new KvPosition(3, 100, 9)))
			.withMessage("Positions of different partitions have no order: '2:100-9' and '3:100-9'");
	}

	/**
	 * Maps compare keys of which the hash code is the same, as soon as there are many.
	 */
	@Test
	void positionsOfAllPartitionsFitIntoOneMap() {
		Map<KvPosition, Integer> hashed = new HashMap<>();
		Map<KvPosition, Integer> concurrent = new ConcurrentHashMap<>();
		for (int partition = 0; partition < 16384; partition++) {
			// at an even pace, by which the sums of their parts are equal
			KvPosition position = new KvPosition(partition, 1_796_082_521_818L - 31L * partition, 0);
			hashed.put(position, partition);
			concurrent.put(position, partition);
		}
		assertThat(hashed).hasSize(16384).isEqualTo(concurrent);
		assertThat(hashed.keySet().stream().map(KvPosition::hashCode).distinct()).hasSize(16384);
		assertThat(hashed).doesNotContainKey(new KvPosition(1, 1_796_082_521_818L, 0));
	}

	@Test
	void positionsOfAPartitionHaveDifferentHashCodes() {
		Set<Integer> codes = new HashSet<>();
		for (int millis = 0; millis < 100; millis++) {
			for (int sequence = 0; sequence < 100; sequence++) {
				codes.add(new KvPosition(3, 1_796_082_521_818L + millis, sequence).hashCode());
			}
		}
		assertThat(codes).hasSizeGreaterThan(9000);
	}

	/** Does with its bytes what a codec must not. */
	private static final class OverwritingCodec implements KvCodec {

		@Override
		public byte[] encode(Object value) {
			return bytes((String) value);
		}

		@Override
		public <T> T decode(byte[] value, Class<T> type) {
			T decoded = type.cast(new String(value, StandardCharsets.UTF_8));
			value[0] = 'X';
			return decoded;
		}

	}

}
