package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamRecords;

import io.github.kvevents.redis.WaitMember.Awaited;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Threads that wait for streams of one slot, with a connection that the test answers for.
 */
@Timeout(60)
class SharedWaitTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final BlockingQueue<SentRead> reads = new LinkedBlockingQueue<>();

	private final AtomicInteger connected = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private final List<Thread> threads = new ArrayList<>();

	private volatile @Nullable RuntimeException refusal;

	private volatile boolean frozen;

	private final SharedWait wait = new SharedWait(this::connect);

	private final WaitMember log = this.wait.join();

	private final WaitMember expired = this.wait.join();

	@AfterEach
	void end() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.interrupt();
			thread.join();
		}
	}

	@Test
	void oneReadWaitsForAllAndEachReceivesItsOwnEntries() throws Exception {
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		CompletableFuture<Awaited> second = await(this.expired, Duration.ofSeconds(20), "expired", "3-0");
		SentRead read = readOf("log 7-0", "expired 3-0");
		assertThat(read.block).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
		assertThat(read.count).isEqualTo(2);
		read.answer(entry("log", "8-0"), entry("log", "9-0"));
		assertThat(first.get().known()).isTrue();
		assertThat(first.get().entries()).extracting((entry) -> entry.getId().getValue()).containsExactly("8-0", "9-0");
		assertThat(second).isNotDone();
		assertThat(await(this.log, LONG, "log", "9-0")).isNotDone();
		readOf("log 9-0", "expired 3-0").answer(entry("expired", "4-0"));
		assertThat(second.get().entries()).extracting((entry) -> entry.getId().getValue()).containsExactly("4-0");
		assertThat(this.connected).hasValue(1);
		assertThat(this.closed).hasValue(0);
	}

	@Test
	void endOfTheTimeIsTheEndForAllAtOnce() throws Exception {
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		CompletableFuture<Awaited> second = await(this.expired, LONG, "expired", "3-0");
		readOf("log 7-0", "expired 3-0").answer();
		assertThat(first.get()).isEqualTo(second.get()).isEqualTo(new Awaited(List.of(), true));
	}

	@Test
	void readThatLeavesABusyMemberOutIsShort() throws Exception {
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		SentRead read = readOf("log 7-0");
		assertThat(read.block).isLessThanOrEqualTo(Duration.ofMillis(200));
		assertThat(await(this.expired, LONG, "expired", "3-0")).isNotDone();
		read.answer();
		readOf("log 7-0", "expired 3-0");
		assertThat(first).isNotDone();
		assertThat(this.connected).hasValue(1);
	}

	@Test
	void memberWithOtherStreamsCutsALongRead() throws Exception {
		this.expired.close();
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		SentRead read = readOf("log 7-0");
		WaitMember late = this.wait.join();
		assertThat(await(late, LONG, "late", "1-0")).isNotDone();
		readOf("log 7-0", "late 1-0").answer(entry("log", "8-0"));
		assertThat(first.get().entries()).hasSize(1);
		read.answer(entry("log", "8-0"));
		assertThat(this.connected).hasValue(2);
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void failureOfTheNodeFailsAllThatWaitAndTheNextReadConnectsAnew() throws Exception {
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		CompletableFuture<Awaited> second = await(this.expired, LONG, "expired", "3-0");
		readOf("log 7-0", "expired 3-0").fail(new RedisConnectionFailureException("Connection closed"));
		assertFailed(first, RedisConnectionFailureException.class);
		assertFailed(second, RedisConnectionFailureException.class);
		assertThat(this.closed).hasValue(1);
		this.refusal = new RedisConnectionFailureException("Connection refused");
		assertFailed(await(this.log, LONG, "log", "7-0"), RedisConnectionFailureException.class);
		this.refusal = null;
		CompletableFuture<Awaited> third = await(this.log, LONG, "log", "7-0");
		readOf("log 7-0").answer(entry("log", "8-0"));
		assertThat(third.get().entries()).hasSize(1);
	}

	@Test
	void slotThatMovesLetsEachLookByItself() throws Exception {
		this.expired.close();
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		readOf("log 7-0").fail(new RedisSystemException("Error in execution",
				new IllegalStateException("TRYAGAIN Multiple keys request during rehashing of slot")));
		assertThat(first.get()).isEqualTo(new Awaited(List.of(), false));
	}

	@Test
	void nodeThatFreezesIsNotWaitedFor() throws Exception {
		this.frozen = true;
		this.expired.close();
		// long enough that a busy machine begins the read before the time is up
		CompletableFuture<Awaited> first = await(this.log, Duration.ofSeconds(3), "log", "7-0");
		SentRead read = readOf("log 7-0");
		assertFailed(first, QueryTimeoutException.class);
		assertThat(this.closed).hasValue(1);
		read.answer(entry("log", "8-0"));
		assertThat(await(this.log, LONG, "log", "7-0")).isNotDone();
		readOf("log 7-0");
	}

	@Test
	void interruptAndWakeUpEndOneWaitOnly() throws Exception {
		CompletableFuture<Awaited> first = await(this.log, LONG, "log", "7-0");
		CompletableFuture<Awaited> second = await(this.expired, LONG, "expired", "3-0");
		SentRead read = readOf("log 7-0", "expired 3-0");
		this.threads.get(0).interrupt();
		assertFailed(first, DataAccessException.class);
		this.log.close();
		assertThat(second).isNotDone();
		this.expired.wakeUp();
		assertThat(second.get()).isEqualTo(new Awaited(List.of(), true));
		assertThat(this.closed).hasValue(0);
		this.expired.close();
		assertThat(this.closed).hasValue(1);
		read.answer(entry("expired", "4-0"));
	}

	private void assertFailed(CompletableFuture<Awaited> awaited, Class<? extends Exception> failure) {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(awaited::get)
			.havingCause()
			.isInstanceOf(failure);
	}

	private CompletableFuture<Awaited> await(WaitMember member, Duration longest, String stream, String after) {
		CompletableFuture<Awaited> awaited = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				awaited.complete(
						member.await(List.of(StreamOffset.create(bytes(stream), ReadOffset.from(after))), 2, longest));
			}
			catch (RuntimeException ex) {
				awaited.completeExceptionally(ex);
			}
		}, "test-" + stream);
		this.threads.add(thread);
		thread.start();
		return awaited;
	}

	/**
	 * The next read of these streams; those before it leave a member out.
	 */
	private SentRead readOf(String... streams) throws InterruptedException {
		SentRead read = this.reads.poll(30, TimeUnit.SECONDS);
		assertThat(read).isNotNull();
		while (read.streams.size() < streams.length) {
			read = this.reads.poll(30, TimeUnit.SECONDS);
			assertThat(read).isNotNull();
		}
		assertThat(read.streams).containsExactlyInAnyOrder(streams);
		return read;
	}

	private SharedWaits.Connection connect() {
		RuntimeException refusal = this.refusal;
		if (refusal != null) {
			throw refusal;
		}
		this.connected.incrementAndGet();
		return new SharedWaits.Connection() {

			@Override
			public CompletionStage<List<ByteRecord>> read(List<StreamOffset<byte[]>> offsets, int count,
					Duration block) {
				SentRead read = new SentRead(offsets.stream()
					.map((offset) -> new String(offset.getKey(), StandardCharsets.UTF_8) + " "
							+ offset.getOffset().getOffset())
					.toList(), count, block, new CompletableFuture<>());
				SharedWaitTests.this.reads.add(read);
				if (!SharedWaitTests.this.frozen) {
					read.reply.completeOnTimeout(List.of(), block.toMillis(), TimeUnit.MILLISECONDS);
				}
				return read.reply;
			}

			@Override
			public void close() {
				SharedWaitTests.this.closed.incrementAndGet();
			}

		};
	}

	private static ByteRecord entry(String stream, String id) {
		return StreamRecords.newRecord()
			.in(bytes(stream))
			.withId(id)
			.ofBytes(Map.of(bytes("field"), bytes("value of " + id)));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private record SentRead(List<String> streams, int count, Duration block,
			CompletableFuture<List<ByteRecord>> reply) {

		void answer(ByteRecord... entries) {
			this.reply.complete(List.of(entries));
		}

		void fail(RuntimeException failure) {
			this.reply.completeExceptionally(failure);
		}

	}

}
