package io.github.kvevents.log.change;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.KvPosition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GapLog}.
 */
@ExtendWith(OutputCaptureExtension.class)
class GapLogTests {

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

	private final GapLog log = new GapLog(LogFactory.getLog(GapLogTests.class), "Listener 'audit'", this.nanos::get);

	@Test
	void gapsOfAMomentAreOneLine(CapturedOutput output) {
		this.log.add(at(3, 17), at(3, 20));
		pass(150);
		assertThat(this.log.logIfDue().toMillis()).isEqualTo(50);
		this.log.add(null, at(5, 21));
		assertThat(output).doesNotContain("audit");
		pass(50);
		assertThat(this.log.logIfDue().isNever()).isTrue();
		assertThat(output.getAll().lines().filter((line) -> line.contains("audit"))).singleElement()
			.asString()
			.contains("Listener 'audit' missed changes of 2 partitions: 3 (read up to '3:17-0', resuming at '3:20-0'), "
					+ "5 (read up to nothing yet, resuming at '5:21-0'); they were removed");
	}

	@Test
	void oneGapIsOneLineAndTheNextMomentHasItsOwn(CapturedOutput output) {
		this.log.add(at(0, 1), at(0, 2));
		pass(200);
		this.log.logIfDue();
		assertThat(output).contains("missed changes of partition 0 (read up to '0:1-0', resuming at '0:2-0'); they");
		pass(60_000);
		assertThat(this.log.logIfDue().isNever()).isTrue();
		this.log.add(at(0, 4), at(0, 5));
		this.log.log();
		this.log.log();
		assertThat(output.getAll().lines().filter((line) -> line.contains("audit"))).hasSize(2);
	}

	@Test
	void hundredsOfPartitionsAreNotAllNamed(CapturedOutput output) {
		for (int partition = 0; partition < 300; partition++) {
			this.log.add(at(partition, 1), at(partition, 2));
		}
		this.log.log();
		assertThat(output).contains("missed changes of 300 partitions: 0 (")
			.contains(", 31 (read up to '31:1-0', resuming at '31:2-0') and 268 more; they")
			.doesNotContain(" 32 (");
	}

	private void pass(long millis) {
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
	}

	private static KvPosition at(int partition, long millis) {
		return KvPosition.parse(partition + ":" + millis + "-0");
	}

}
