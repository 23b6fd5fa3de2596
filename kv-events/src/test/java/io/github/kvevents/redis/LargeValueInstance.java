package io.github.kvevents.redis;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.KvWatches;
import io.github.kvevents.watch.WatchOptions;

/**
 * An instance with a small heap in a process of its own, which reads large values in
 * every possible way. It prints what it received, a word for the way and the number in
 * the value, and ends when its standard input ends.
 */
final class LargeValueInstance {

	static final Namespace NAMESPACE = new Namespace("large", 1);

	/** Slower than values are written, so that they wait somewhere. */
	private static final Duration WORK = Duration.ofMillis(100);

	private final RedisConnectionFactory factory;

	private final ChangeLogSettings settings = settings("reader");

	private final RedisChangeLogStore log;

	private final StoreChangeFeed feed;

	private final PrintStream output = System.out;

	private LargeValueInstance(RedisConnectionFactory factory) {
		this.factory = factory;
		this.log = new RedisChangeLogStore(factory, KeyNames.plain(), this.settings);
		this.feed = new StoreChangeFeed(this.log);
	}

	static ChangeLogSettings settings(String instance) {
		return new ChangeLogSettings(NAMESPACE, instance, 10_000, Duration.ofHours(1));
	}

	/**
	 * Runs an instance.
	 * @param args the port of the server, and what to read: {@code log}, {@code expiries}
	 * or {@code events}
	 */
	public static void main(String[] args) throws Exception {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", Integer.parseInt(args[0])),
				LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(60)).build());
		factory.afterPropertiesSet();
		factory.start();
		LargeValueInstance instance = new LargeValueInstance(factory);
		switch (args[1]) {
			case "log" -> instance.readLog();
			case "expiries" -> instance.handleExpiries();
			default -> instance.followEvents();
		}
		instance.output.println("ready");
		while (System.in.read() >= 0) {
			// only the end counts
		}
		System.exit(0);
	}

	private void readLog() {
		this.feed.start();
		start("watch", this::watch);
		start("read", this::read);
		ListenerEngine engine = ListenerEngine
			.builder(this.log, this.feed, new RedisListenerStore(this.factory, NAMESPACE, null), new PlainKvCodec())
			.instanceId("reader")
			.build();
		engine.start();
		ListenerOptions options = ListenerOptions.defaults()
			.concurrency(3)
			.maxAttempts(1)
			.onExhausted(OnExhausted.DEAD_LETTER);
		KvSubscription subscription = engine.register("audit", options, (event) -> {
			if (number(event) % 10 == 5) {
				throw new IllegalStateException("on purpose");
			}
			say("listener", event.getRawValue());
		});
		start("letters", () -> {
			while (subscription.getDeadLetters().count() < 3) {
				LockSupport.parkNanos(WORK.toNanos());
			}
			subscription.getDeadLetters().list(100).forEach((letter) -> say("letter", letter.event().getRawValue()));
		});
	}

	private void watch() {
		KvWatches watches = new KvWatches(new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings),
				this.log, this.feed, new PlainKvCodec(), "reader", Clock.systemUTC());
		watches.start();
		KvWatch watch = watches.open(WatchOptions.prefix("large:").initialReplay());
		while (watch.isOpen()) {
			KvEvent event = watch.poll(Duration.ofSeconds(1));
			if (event != null) {
				say("watch", event.getRawValue());
			}
		}
	}

	private void read() {
		StoreKvChangeLog changeLog = new StoreKvChangeLog(this.log, this.feed, new PlainKvCodec());
		StartPosition next = StartPosition.earliest();
		while (true) {
			KvChangePage page = changeLog.read(ReadRequest.from(next).limit(1000).timeout(Duration.ofSeconds(1)));
			page.events().forEach((event) -> say("read", event.getRawValue()));
			next = page.next();
		}
	}

	private void handleExpiries() {
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		engine.getRegistry().register(KvHookOptions.defaults().id("expired").events(KvEventType.EXPIRED), (event) -> {
			LockSupport.parkNanos(WORK.toNanos());
			say("expiry", event.getRawPreviousValue());
		});
		engine.start();
		ExpiryTracker.builder(this.factory, NAMESPACE, engine.getDispatcher(), new PlainKvCodec())
			.names(KeyNames.plain())
			.instanceId("reader")
			.build()
			.start();
	}

	private void followEvents() {
		StoreKvEventLogs logs = new StoreKvEventLogs(new RedisEventLogStore(this.factory, NAMESPACE, null),
				new PlainKvCodec());
		logs.start();
		KvEventLog eventLog = logs.open("sensors", EventLogOptions.defaults());
		List<LogEntry> last = new ArrayList<>(1);
		eventLog.tailAndFollow((entries) -> {
			for (LogEntry entry : entries) {
				LockSupport.parkNanos(WORK.toNanos());
				say("follow", entry.getRaw("value"));
				last.clear();
				last.addAll(eventLog.tail(1));
				say("tail", last.get(0).getRaw("value"));
			}
		});
	}

	private static void start(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
	}

	private static int number(KvEvent event) {
		byte[] value = event.getRawValue();
		return (value != null) ? ByteBuffer.wrap(value).getInt() : -1;
	}

	private void say(String way, byte @Nullable [] value) {
		this.output.println((value != null) ? way + " " + ByteBuffer.wrap(value).getInt() + " " + value.length
				: way + " without a value");
	}

}
