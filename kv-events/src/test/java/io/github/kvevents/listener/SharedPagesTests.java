package io.github.kvevents.listener;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogPage;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * What {@link SharedPages} reads from the log, and what each listener gets.
 */
class SharedPagesTests {

	private static final int LIMIT = 7;

	private final AtomicLong nanos = new AtomicLong(123);

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(new Namespace("shared", 1), "one", 5000, Duration.ofHours(3)));

	private final KvTemplate template = KvTemplate.builder(this.store, new PlainKvCodec()).build();

	private final ObservedLog log = new ObservedLog(this.store.getChangeLog());

	private final SharedPages pages = new SharedPages(this.log, this.nanos::get);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private Checkpoint start = Checkpoint.at(new KvPosition(0, 0, 0), "", 0);

	@BeforeEach
	void setUp() {
		write(1);
		this.start = checkpoint(this.log.all().get(0));
		this.pages.enter();
		this.pages.enter();
	}

	@AfterEach
	void tearDown() {
		this.threads.shutdownNow();
	}

	@Test
	void entriesAreReadOnceForAllListeners() {
		write(20);
		List<LoggedChange> all = this.log.all();
		for (int listener = 0; listener < 3; listener++) {
			assertThat(readAll(LIMIT)).containsExactlyElementsOf(all.subList(1, all.size()));
		}
		assertThat(this.log.reads).hasValue(3);
	}

	@Test
	void eachListenerHasItsOwnLimit() {
		write(20);
		List<LoggedChange> all = this.log.all();
		assertThat(this.pages.readOn(this.start, 25)).isEqualTo(new LogPage(all, false));
		assertThat(this.pages.readOn(this.start, 3)).isEqualTo(new LogPage(all.subList(0, 4), true));
		assertThat(this.pages.readOn(checkpoint(all.get(4)), 3)).isEqualTo(new LogPage(all.subList(4, 8), true));
		assertThat(this.pages.readOn(checkpoint(all.get(19)), 3)).isEqualTo(new LogPage(all.subList(19, 21), false));
		assertThat(this.log.reads).hasValue(1);
	}

	@Test
	void listenerThatIsAloneReadsByItself() {
		this.pages.leave();
		write(5);
		readAll(LIMIT);
		readAll(LIMIT);
		assertThat(this.log.reads).hasValue(2);
		this.pages.enter();
		assertThat(readAll(LIMIT)).hasSize(5);
		assertThat(this.log.reads).hasValue(3);
	}

	@Test
	void endIsFoundOnceForAllUntilTheFeedSeesMore() {
		Checkpoint end = this.start;
		assertThat(this.pages.readOn(end, LIMIT).more()).isFalse();
		assertThat(this.pages.readOn(end, LIMIT).changes()).hasSize(1);
		assertThat(this.log.reads).hasValue(1);
		write(1);
		this.pages.see(this.log.all().get(1).position());
		assertThat(this.pages.readOn(end, LIMIT).changes()).hasSize(2);
		assertThat(this.log.reads).hasValue(2);
	}

	@Test
	void endThatWasFoundAWhileAgoIsLookedForAgain() {
		this.pages.readOn(this.start, LIMIT);
		write(1);
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(99));
		assertThat(this.pages.readOn(this.start, LIMIT).changes()).hasSize(1);
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
		assertThat(this.pages.readOn(this.start, LIMIT).changes()).hasSize(2);
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
		assertThat(this.pages.readOn(this.start, LIMIT).more()).as("whether that still is the end isn't known")
			.isTrue();
	}

	@Test
	void entriesBehindOnesThatTheLogLostAreNotHandedOn() {
		write(3);
		List<LoggedChange> before = this.log.all();
		readAll(LIMIT);
		Checkpoint end = checkpoint(before.get(3));
		// as after a fail-over, behind which others were written
		this.log.lose(end.position());
		write(2);
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
		LogPage page = this.pages.readOn(end, LIMIT);
		assertThat(page.changes()).isNotEmpty().noneMatch(end::isOf);
		// what was kept is of no use then, since the one who reads it goes back
		List<LoggedChange> now = this.log.all();
		assertThat(this.pages.readOn(checkpoint(before.get(1)), LIMIT).changes())
			.containsExactlyElementsOf(now.subList(1, now.size()));
	}

	@Test
	void checkpointOfAnotherLogFindsNothing() {
		write(3);
		readAll(LIMIT);
		LoggedChange second = this.log.all().get(1);
		Checkpoint other = Checkpoint.at(second.position(), "another-operation", 2);
		assertThat(this.pages.readOn(other, LIMIT).changes().get(0).operationId()).isEqualTo(second.operationId());
		assertThat(this.log.reads).hasValue(2);
		assertThat(readAll(LIMIT)).as("what is kept is right all the same").hasSize(3);
		assertThat(this.log.reads).hasValue(2);
	}

	@Test
	void nothingIsKeptOnceTheStoreMayHaveLostIt() {
		write(3);
		readAll(LIMIT);
		this.pages.forget(0);
		readAll(LIMIT);
		assertThat(this.log.reads).hasValue(2);
		this.pages.forget();
		readAll(LIMIT);
		assertThat(this.log.reads).hasValue(3);
	}

	@Test
	void whatIsBeingReadWhileTheStoreMayLoseItIsNotKept() throws Exception {
		write(3);
		this.log.hold();
		Future<LogPage> reading = this.threads.submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.awaitHeld();
		this.pages.forget(0);
		this.log.release();
		assertThat(reading.get().changes()).hasSize(4);
		assertThat(readAll(LIMIT)).hasSize(3);
		assertThat(this.log.reads).hasValue(2);
	}

	@Test
	void nothingIsKeptThatNobodyReads() {
		write(3);
		readAll(LIMIT);
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(4999));
		this.pages.forgetUnused();
		assertThat(this.pages.readOn(this.start, 2).changes()).hasSize(3);
		assertThat(this.log.reads).hasValue(1);
		this.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
		this.pages.forgetUnused();
		assertThat(this.pages.readOn(this.start, 2).changes()).hasSize(3);
		assertThat(this.log.reads).hasValue(2);
	}

	@Test
	void onlyTheNewestEntriesAreKept() {
		byte[] value = new byte[100_000];
		for (int number = 0; number < 15; number++) {
			this.template.setRaw("large", new byte[] { (byte) number });
			this.template.setRaw("large", value);
		}
		List<LoggedChange> all = this.log.all();
		readAll(1);
		this.log.reads.set(0);
		this.pages.readOn(checkpoint(all.get(all.size() - 5)), 1);
		assertThat(this.log.reads).hasValue(0);
		this.pages.readOn(this.start, 1);
		assertThat(this.log.reads).as("too far back").hasValue(1);
		this.pages.readOn(checkpoint(all.get(all.size() - 5)), 1);
		assertThat(this.log.reads).as("who is far behind takes nothing from the others").hasValue(1);
	}

	@Test
	void entryThatIsTooLargeToKeepIsReadAgain() {
		this.template.setRaw("large", new byte[(1 << 20) + 1]);
		write(1);
		readAll(1);
		int reads = this.log.reads.get();
		assertThat(readAll(1)).hasSize(2);
		assertThat(this.log.reads.get() - reads).isPositive();
	}

	@Test
	void pageIsNoLargerThanOneFromTheStore() {
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
				new ChangeLogSettings(new Namespace("spread", 16), "one", 5000, Duration.ofHours(3)));
		KvTemplate template = KvTemplate.builder(store, new PlainKvCodec()).build();
		for (int number = 0; number < 10; number++) {
			template.setRaw("key", ByteBuffer.allocate(30_000).putInt(number).array());
		}
		int partition = new Namespace("spread", 16).partitionOf("key");
		ObservedLog log = new ObservedLog(store.getChangeLog());
		SharedPages pages = new SharedPages(log, this.nanos::get);
		pages.enter();
		pages.enter();
		List<LoggedChange> all = log.read(new KvPosition(partition, 0, 0), 10);
		assertThat(pages.readOn(checkpoint(all.get(0)), 20).changes()).hasSize(10);
		// of 64 KiB, each with the value before
		assertThat(pages.readOn(checkpoint(all.get(0)), 20)).isEqualTo(new LogPage(all.subList(0, 3), true));
		assertThat(log.reads).hasValue(1);
	}

	@Test
	void listenersReadOnTogetherBeforeMuchIsUnread() {
		assertThat(this.pages.isWorthReading(1023, 0)).isFalse();
		assertThat(this.pages.isWorthReading(1024, 0)).isTrue();
		assertThat(this.pages.isWorthReading(23, 256_255)).isFalse();
		assertThat(this.pages.isWorthReading(23, 256_256)).isTrue();
		this.pages.leave();
		assertThat(this.pages.isWorthReading(50_000, 1 << 24)).as("nobody to share with").isFalse();
	}

	@Test
	void listenersThatReadAtTheSameTimeWaitForOneRead() throws Exception {
		write(3);
		this.log.hold();
		List<Future<LogPage>> readings = new ArrayList<>();
		readings.add(this.threads.submit(() -> this.pages.readOn(this.start, LIMIT)));
		this.log.awaitHeld();
		for (int listener = 0; listener < 5; listener++) {
			readings.add(submit(() -> this.pages.readOn(this.start, LIMIT)));
		}
		this.log.release();
		for (Future<LogPage> reading : readings) {
			assertThat(reading.get()).isEqualTo(new LogPage(this.log.all(), false));
		}
		assertThat(this.log.reads).hasValue(1);
	}

	@Test
	void listenersAtTheEndWaitForOneReadWhileAnotherIsFarBehind() throws Exception {
		write(20);
		readAll(LIMIT);
		this.pages.forget();
		Checkpoint end = checkpoint(this.log.all().get(20));
		this.pages.readOn(end, LIMIT);
		this.log.reads.set(0);
		this.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
		this.log.hold();
		Future<LogPage> behind = submit(() -> this.pages.readOn(this.start, LIMIT));
		List<Future<LogPage>> readings = new ArrayList<>();
		for (int listener = 0; listener < 4; listener++) {
			readings.add(submit(() -> this.pages.readOn(end, LIMIT)));
		}
		this.log.release();
		assertThat(behind.get().changes()).hasSize(LIMIT + 1);
		for (Future<LogPage> reading : readings) {
			assertThat(reading.get().changes()).hasSize(1);
		}
		assertThat(this.log.reads).hasValue(2);
	}

	@Test
	void listenersThatAreFarBehindWaitForOneRead() throws Exception {
		write(20);
		Checkpoint end = checkpoint(this.log.all().get(20));
		this.pages.readOn(end, LIMIT);
		this.log.reads.set(0);
		this.log.hold();
		Future<LogPage> one = submit(() -> this.pages.readOn(this.start, LIMIT));
		Future<LogPage> other = submit(() -> this.pages.readOn(this.start, 3));
		this.log.release();
		assertThat(one.get()).isEqualTo(new LogPage(this.log.all().subList(0, LIMIT + 1), true));
		assertThat(other.get()).isEqualTo(new LogPage(this.log.all().subList(0, 4), true));
		assertThat(this.log.reads).hasValue(1);
	}

	@Test
	void listenersOfAnEngineShareWhatTheyRead() {
		write(1000);
		StoreChangeFeed feed = new StoreChangeFeed(this.log);
		ListenerEngine engine = ListenerEngine
			.builder(this.log, feed, new MemoryListenerStore(System::currentTimeMillis), new PlainKvCodec())
			.build();
		Recorder[] recorders = { new Recorder(), new Recorder(), new Recorder() };
		for (int listener = 0; listener < recorders.length; listener++) {
			engine.register("listener-" + listener, ListenerOptions.defaults().startAt(StartAt.EARLIEST),
					recorders[listener]);
		}
		feed.start();
		engine.start();
		try {
			await().until(() -> Arrays.stream(recorders).allMatch((recorder) -> recorder.size() == 1001));
			assertThat(this.log.reads).as("eleven pages").hasValueLessThan(25);
		}
		finally {
			engine.stop();
			feed.stop();
		}
	}

	@Test
	void readThatBeganBeforeTheNewsIsNotTheLast() throws Exception {
		this.log.holdBehind();
		Future<LogPage> first = this.threads.submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.awaitHeld();
		write(1);
		this.pages.see(this.log.all().get(1).position());
		Future<LogPage> second = submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.release();
		assertThat(first.get().changes()).hasSize(1);
		assertThat(second.get().changes()).as("written before the second was asked for").hasSize(2);
	}

	@Test
	void listenersThatWaitFailAsTheReadDoes() throws Exception {
		this.log.hold();
		Future<LogPage> first = this.threads.submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.awaitHeld();
		Future<LogPage> second = submit(() -> this.pages.readOn(this.start, LIMIT));
		QueryTimeoutException failure = new QueryTimeoutException("no answer");
		this.log.failure = failure;
		this.log.release();
		assertThatThrownBy(first::get).hasCause(failure);
		assertThatThrownBy(second::get).hasCause(failure);
		assertThat(this.log.reads).hasValue(1);
		this.log.failure = null;
		assertThat(this.pages.readOn(this.start, LIMIT).changes()).hasSize(1);
	}

	@Test
	void listenerThatIsInterruptedWhileItReadsLeavesTheOthersAlone() throws Exception {
		this.log.hold();
		Future<LogPage> first = this.threads.submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.awaitHeld();
		Future<LogPage> second = submit(() -> this.pages.readOn(this.start, LIMIT));
		first.cancel(true);
		assertThat(second.get().changes()).hasSize(1);
	}

	@Test
	void listenerThatIsInterruptedWhileItWaitsEndsItsWait() throws Exception {
		this.log.hold();
		Future<LogPage> first = this.threads.submit(() -> this.pages.readOn(this.start, LIMIT));
		this.log.awaitHeld();
		CountDownLatch over = new CountDownLatch(1);
		Future<LogPage> second = submit(() -> {
			try {
				return this.pages.readOn(this.start, LIMIT);
			}
			finally {
				over.countDown();
			}
		});
		second.cancel(true);
		assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
		this.log.release();
		assertThat(first.get().changes()).hasSize(1);
	}

	/**
	 * Runs a call that has to wait.
	 */
	private Future<LogPage> submit(Callable<LogPage> call) {
		Thread[] thread = new Thread[1];
		Future<LogPage> future = this.threads.submit(() -> {
			thread[0] = Thread.currentThread();
			return call.call();
		});
		await().until(() -> thread[0] != null && (thread[0].getState() == Thread.State.WAITING
				|| thread[0].getState() == Thread.State.TIMED_WAITING));
		return future;
	}

	private void write(int count) {
		for (int number = 0; number < count; number++) {
			this.template.setRaw("key-" + number, Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII));
		}
	}

	private List<LoggedChange> readAll(int limit) {
		List<LoggedChange> read = new ArrayList<>();
		Checkpoint at = this.start;
		LogPage page;
		do {
			page = this.pages.readOn(at, limit);
			assertThat(at.isOf(page.changes().get(0))).isTrue();
			List<LoggedChange> news = page.changes().subList(1, page.changes().size());
			read.addAll(news);
			at = news.isEmpty() ? at : at.next(news.get(news.size() - 1), news.size());
		}
		while (page.more());
		return read;
	}

	private static Checkpoint checkpoint(LoggedChange change) {
		return Checkpoint.at(change.position(), change.operationId(), Checkpoint.UNKNOWN);
	}

	/**
	 * A log whose reads are counted, and can be held, made to fail, and lose entries.
	 */
	private static final class ObservedLog implements ChangeLogStore {

		private final ChangeLogStore log;

		private final AtomicInteger reads = new AtomicInteger();

		private final CountDownLatch held = new CountDownLatch(1);

		private volatile CountDownLatch release = new CountDownLatch(0);

		private volatile boolean behind;

		private volatile @Nullable RuntimeException failure;

		private @Nullable KvPosition lost;

		ObservedLog(ChangeLogStore log) {
			this.log = log;
		}

		List<LoggedChange> all() {
			return read(new KvPosition(0, 0, 0), 10_000);
		}

		void hold() {
			this.release = new CountDownLatch(1);
		}

		void holdBehind() {
			this.behind = true;
			hold();
		}

		void awaitHeld() throws InterruptedException {
			assertThat(this.held.await(10, TimeUnit.SECONDS)).isTrue();
		}

		void release() {
			this.release.countDown();
		}

		void lose(KvPosition position) {
			this.lost = position;
		}

		@Override
		public ChangeLogSettings getSettings() {
			return this.log.getSettings();
		}

		@Override
		public List<LoggedChange> read(KvPosition after, int limit) {
			return this.log.read(after, limit + 1)
				.stream()
				.filter((change) -> !change.position().equals(this.lost))
				.limit(limit)
				.toList();
		}

		@Override
		public LogPage readOn(KvPosition from, int limit) {
			this.reads.incrementAndGet();
			LogPage page = this.behind ? ChangeLogStore.super.readOn(from, limit) : null;
			this.held.countDown();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				this.release.countDown();
				throw new IllegalStateException(ex);
			}
			RuntimeException failure = this.failure;
			if (failure != null) {
				throw failure;
			}
			return (page != null) ? page : ChangeLogStore.super.readOn(from, limit);
		}

		@Override
		public LogState getState(int partition) {
			return this.log.getState(partition);
		}

		@Override
		public LogSnapshot snapshot(int partition, List<String> keys) {
			return this.log.snapshot(partition, keys);
		}

		@Override
		public void trim(KvPosition before) {
			this.log.trim(before);
		}

		@Override
		public Tail openTail() {
			return this.log.openTail();
		}

	}

}
