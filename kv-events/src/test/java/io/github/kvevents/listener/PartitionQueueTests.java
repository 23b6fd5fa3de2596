package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * {@link PartitionQueue}: what another thread says while the loop resumes from another
 * position. The store that answers in between can't be had otherwise.
 */
class PartitionQueueTests {

	private final PartitionLease held = mock();

	private final PartitionReader reader = mock();

	private final DeliveryPolicy policy = mock();

	@Test
	@Timeout(20)
	void whatIsTakenAsDoneOfThePositionBeforeIsNotWaitedFor() throws InterruptedException {
		Checkpoint start = Checkpoint.at(position(10), "op-10", 10);
		given(this.held.processed()).willReturn(new ProcessedHistory());
		given(this.held.length()).willReturn(Duration.ofHours(1));
		given(this.reader.checkpoint()).willReturn(start);
		PartitionQueue queue = new PartitionQueue(this.held, this.reader, Set.of(), mock(), this.policy, 1000);
		DeliveryWindow before = queue.window();
		Checkpoint to = Checkpoint.at(position(5), "op-5", 5);
		queue.resumeFrom(to, new DeliveryWindow(4, to, new ProcessedHistory(), List.of()), Set.of());
		before.completeUpTo(Checkpoint.at(position(12), "op-12", 12));
		assertThat(queue.awaitCommitted(before, position(12))).isFalse();
		assertThat(queue.window().isDone(position(12))).isFalse();
	}

	private static KvPosition position(long millis) {
		return new KvPosition(3, millis, 0);
	}

}
