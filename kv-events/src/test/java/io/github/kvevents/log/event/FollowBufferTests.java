package io.github.kvevents.log.event;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.support.PageSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a follow has still to deliver.
 */
class FollowBufferTests {

	private final FollowBuffer buffer = new FollowBuffer();

	@Test
	void whatIsOfferedBehindAnEmptyPollIsNotInWhatThatReturned() {
		this.buffer.join(EntryId.ZERO);
		List<StoredEntry> first = this.buffer.poll();
		assertThat(this.buffer.offer(entries(1, 3))).isTrue();
		assertThat(first).isEmpty();
		List<StoredEntry> second = this.buffer.poll();
		this.buffer.offer(entries(3, 4));
		assertThat(second).isEqualTo(entries(1, 3));
		assertThat(this.buffer.poll()).isEqualTo(entries(3, 4));
		assertThat(this.buffer.poll()).isEmpty();
	}

	@Test
	void whatWasReadTwiceIsThereOnce() {
		this.buffer.join(EntryId.ZERO);
		this.buffer.offer(entries(1, 5));
		this.buffer.offer(entries(3, 7));
		assertThat(this.buffer.poll()).isEqualTo(entries(1, 7));
		assertThat(this.buffer.offer(entries(2, 7))).isFalse();
	}

	@Test
	void aFullBufferKeepsWhatItHasAndTakesNoMore() {
		this.buffer.join(EntryId.ZERO);
		int capacity = FollowBuffer.CAPACITY;
		assertThat(this.buffer.offer(entries(1, capacity + 2))).isTrue();
		assertThat(this.buffer.isLeft()).isFalse();
		assertThat(this.buffer.poll()).isEqualTo(entries(1, capacity + 1));
		assertThat(this.buffer.isLeft()).isTrue();
		assertThat(this.buffer.offer(entries(capacity + 2, capacity + 3))).isFalse();
	}

	@Test
	void aBufferThatIsFullInBytesTakesNoMoreButOneEntryAlways() {
		byte[] half = new byte[(int) (PageSize.readAheadBytes(1) / 2) + 1];
		byte[] large = new byte[2 * half.length];
		this.buffer.join(EntryId.ZERO);
		assertThat(this.buffer.offer(List.of(entry(1, half), entry(2, half)))).isTrue();
		assertThat(this.buffer.poll()).extracting(StoredEntry::id).containsExactly(new EntryId(1, 0));
		assertThat(this.buffer.isLeft()).isTrue();
		this.buffer.join(new EntryId(1, 0));
		this.buffer.offer(List.of(entry(2, large)));
		assertThat(this.buffer.poll()).hasSize(1);
		assertThat(this.buffer.isLeft()).isFalse();
	}

	private static StoredEntry entry(int number, byte[] value) {
		return new StoredEntry(new EntryId(number, 0), number, 7, List.of(new byte[] { 'v' }, value));
	}

	private static List<StoredEntry> entries(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> new StoredEntry(new EntryId(i, 0), i, 7, List.of())).toList();
	}

}
