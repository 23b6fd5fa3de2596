package io.github.kvevents.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.KvPosition;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.autoconfigure.KvEventsAutoConfiguration;
import io.github.kvevents.core.KvCollection;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookError;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookErrors;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.KvHookStats;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.OnKvDelete;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.RetentionGuard;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;
import io.github.kvevents.watch.WatchOverflow;
import io.github.kvevents.watch.WatchOverflowException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every public name with its package, signature and return type: what is compiled here
 * must still compile.
 */
class PublicApiTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
		.withPropertyValues("kv.events.store=memory", "app.prefix=order:", "app.timeout=7s")
		.withUserConfiguration(Application.class);

	@Test
	void vocabulary() {
		assertThat(KvEventType.values()).containsExactly(KvEventType.SET, KvEventType.SET_RAW, KvEventType.DELETE,
				KvEventType.BATCH_SET, KvEventType.BATCH_DELETE, KvEventType.EXPIRED);
		assertThat(KvChange.values()).containsExactly(KvChange.CREATED, KvChange.UPDATED, KvChange.UNCHANGED,
				KvChange.REMOVED);
		assertThat(KvSetResult.values()).containsExactly(KvSetResult.CREATED, KvSetResult.UPDATED,
				KvSetResult.UNCHANGED, KvSetResult.NOT_APPLIED);
		assertThat(KvExpirySource.values()).containsExactly(KvExpirySource.TRACKING, KvExpirySource.NOTIFICATION);
		assertThat(KvHookScope.values()).containsExactly(KvHookScope.ONE_INSTANCE, KvHookScope.EVERY_INSTANCE);
		assertThat(KvEvent.class).isAbstract().hasSuperclass(ApplicationEvent.class);
		assertThat(KvEvent.class.getPermittedSubclasses()).containsExactly(KvSetEvent.class, KvDeleteEvent.class,
				KvExpiredEvent.class);
		KvPosition position = KvPosition.parse("0:1700000000000-0");
		assertThat(position.partition() + position.millis() + position.sequence()).isEqualTo(1_700_000_000_000L);
		Comparable<KvPosition> comparable = position;
		assertThat(comparable.compareTo(new KvPosition(0, 1_700_000_000_000L, 1))).isNegative();
		KvBatch batch = new KvBatch("id", 0, 1);
		assertThat(batch.id() + batch.index() + batch.size()).isEqualTo("id01");
	}

	@Test
	void events() {
		this.runner.run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			Hooks hooks = context.getBean(Hooks.class);
			template.set("order:1", new Order(3), Duration.ofMinutes(5));
			KvEvent event = hooks.last();
			KvEventType type = event.getType();
			KvChange change = event.getChange();
			String key = event.getKey();
			byte @Nullable [] rawValue = event.getRawValue();
			@Nullable Order value = event.getValue(Order.class);
			byte @Nullable [] rawPrevious = event.getRawPreviousValue();
			@Nullable Order previous = event.getPreviousValue(Order.class);
			Instant occurredAt = event.getOccurredAt();
			String origin = event.getOrigin();
			@Nullable KvPosition position = event.getPosition();
			@Nullable KvBatch batch = event.getBatch();
			assertThat(type + " " + change + " " + key + " " + value).isEqualTo("SET CREATED order:1 Order[count=3]");
			assertThat(rawValue).isNotEmpty();
			assertThat(List.of(occurredAt, origin)).isNotEmpty();
			assertThat(new Object[] { rawPrevious, previous, position, batch }).containsOnlyNulls();
		});
	}

	static void expired(KvExpiredEvent event) {
		@Nullable Instant deadline = event.getDeadline();
		@Nullable Duration lateness = event.getLateness();
		KvExpirySource detectedBy = event.getDetectedBy();
		assertThat(detectedBy + " " + deadline + " " + lateness).isNotEmpty();
	}

	@Test
	void operations() {
		this.runner.run((context) -> {
			KvOperations operations = context.getBean(KvOperations.class);
			SetOptions options = SetOptions.defaults().timeToLive(Duration.ofMinutes(3)).ifAbsent();
			List<KvSetResult> results = List.of(operations.set("a", "1"),
					operations.set("b", "1", Duration.ofMinutes(7)), operations.set("c", "1", options),
					operations.setRaw("d", new byte[1]),
					operations.setRaw("d", new byte[1], SetOptions.defaults().keepTimeToLive().ifPresent()),
					operations.set("e", "1", SetOptions.defaults().expireAt(Instant.now().plusSeconds(100))));
			assertThat(results).contains(KvSetResult.CREATED, KvSetResult.UNCHANGED);
			Optional<String> value = operations.get("a", String.class);
			Optional<byte[]> raw = operations.getRaw("d");
			Optional<Duration> timeToLive = operations.getTimeToLive("b");
			assertThat(value).contains("1");
			assertThat(raw).isPresent();
			assertThat(timeToLive).isPresent();
			boolean done = operations.delete("a") && operations.hasKey("b")
					&& operations.expire("b", Duration.ofMinutes(2)) && operations.persist("b")
					&& operations.compareAndSet("b", "1", "2");
			assertThat(done).isTrue();
			try (Stream<String> keys = operations.keys("")) {
				assertThat(keys).contains("b", "c", "d");
			}
			Map<String, KvSetResult> batch = operations.batchSet(Map.of("f", "1"));
			Map<String, KvSetResult> conditional = operations.batchSet(Map.of("f", new Order(1)),
					SetOptions.defaults().ifAbsent());
			Map<String, String> values = operations.batchGet(List.of("f"), String.class);
			long existed = operations.batchDelete(List.of("f"));
			assertThat(batch).containsEntry("f", KvSetResult.CREATED);
			assertThat(conditional).containsEntry("f", KvSetResult.NOT_APPLIED);
			assertThat(values).containsEntry("f", "1");
			assertThat(existed).isOne();
			UnaryOperator<@Nullable Integer> increment = (count) -> (count != null) ? count + 1 : 1;
			KvSetResult updated = operations.update("n", Integer.class, increment);
			assertThat(updated).isEqualTo(KvSetResult.CREATED);
		});
	}

	@Test
	void collections() {
		this.runner.run((context) -> {
			KvCollection<Order> orders = context.getBean(KvOperations.class).collection("orders", Order.class);
			KvSetResult set = orders.set("1", new Order(1));
			KvSetResult updated = orders.update("1", (order) -> new Order(2));
			assertThat(List.of(set, updated)).containsExactly(KvSetResult.CREATED, KvSetResult.UPDATED);
			Map<String, Order> all = orders.all();
			long count = orders.count();
			assertThat(all).hasSize((int) count).containsEntry("1", new Order(2));
			try (Stream<String> keys = orders.keys(); Stream<Order> values = orders.values()) {
				assertThat(keys).containsExactly("1");
				assertThat(values).containsExactly(new Order(2));
			}
			Optional<Order> present = orders.get("1");
			assertThat(orders.delete("1")).isEqualTo(present);
		});
	}

	@Test
	void watches() {
		this.runner.withPropertyValues("kv.events.log.enabled=true").run((context) -> {
			KvOperations operations = context.getBean(KvOperations.class);
			WatchOptions options = WatchOptions.prefix("order:")
				.changes(KvChange.CREATED, KvChange.UPDATED)
				.initialReplay()
				.bufferSize(17)
				.overflow(WatchOverflow.DROP_OLDEST);
			assertThat(WatchOverflow.values()).containsExactly(WatchOverflow.FAIL, WatchOverflow.DROP_OLDEST,
					WatchOverflow.DROP_NEWEST);
			KvPosition position;
			try (KvWatch watch = operations.watch(options); AutoCloseable closeable = watch) {
				operations.set("order:1", new Order(3));
				@Nullable KvEvent event = watch.poll(Duration.ofSeconds(20));
				assertThat(event).isNotNull();
				position = event.getPosition();
				assertThat(position).isNotNull();
				assertThat(watch.isOpen()).isTrue();
				assertThat(watch.getDropped()).isZero();
				assertThat(closeable).isSameAs(watch);
			}
			operations.set("order:2", new Order(4));
			try (KvWatch watch = operations.watch(WatchOptions.all().after(position));
					Stream<KvEvent> stream = watch.stream()) {
				assertThat(stream.findFirst().map(KvEvent::getKey)).contains("order:2");
			}
			try (KvWatch watch = operations.collection("order", Order.class).watch()) {
				Flow.Publisher<KvEvent> publisher = watch.publisher();
				assertThat(publisher).isNotNull();
			}
		});
	}

	static Object overflow(WatchOverflowException ex) {
		RuntimeException unchecked = ex;
		return unchecked;
	}

	@Test
	void registry() {
		this.runner.run((context) -> {
			KvHookRegistry registry = context.getBean(KvHookRegistry.class);
			KvHookCallback callback = (event) -> {
				throw new Exception("checked");
			};
			KeyFilter filter = KeyFilter.prefix("a", "b")
				.and(KeyFilter.suffix("1"))
				.or(KeyFilter.keys(List.of("c")))
				.or(KeyFilter.regex("^d[0-9]").negate());
			KeyFilter lambda = (key) -> key.length() > 1;
			KvHookOptions options = KvHookOptions.defaults()
				.id("mine")
				.events(KvEventType.SET, KvEventType.SET_RAW)
				.changes(KvChange.CREATED)
				.filter(filter.and(lambda))
				.timeout(Duration.ofSeconds(9))
				.scope(KvHookScope.ONE_INSTANCE)
				.order(4);
			KvHookRegistration registration = registry.register(options, callback);
			Optional<KvHookRegistration> found = registry.find("mine");
			Collection<KvHookRegistration> all = registry.all();
			assertThat(found).containsSame(registration);
			assertThat(all).contains(registration);
			context.getBean(KvOperations.class).set("a1", "1");
			KvHookErrors errors = registration.getErrors();
			@Nullable KvHookError error = errors.poll(Duration.ofSeconds(20));
			assertThat(error).isNotNull();
			assertThat(context.getBean(Hooks.class).errors).containsExactly(error);
			List<KvHookError> drained = errors.drain();
			assertThat(drained.size() + errors.getDropped()).isZero();
			KvHookStats stats = registration.getStats();
			assertThat(stats.failures()).isOne();
			assertThat(registration.getId() + registration.getOptions().getOrder()).isEqualTo("mine4");
			registration.setEnabled(false);
			assertThat(registration.isEnabled()).isFalse();
			AutoCloseable closeable = registration;
			closeable.close();
			registration.close();
			assertThat(registry.find("mine")).isEmpty();
			try (KvHookRegistration async = registry.register(KvHookOptions.defaults().async(), (event) -> {
			})) {
				assertThat(async.getOptions().isAsync()).isTrue();
			}
		});
	}

	@Test
	void changeLog() {
		this.runner.withPropertyValues("kv.events.log.enabled=true").run((context) -> {
			KvOperations operations = context.getBean(KvOperations.class);
			operations.set("order:1", "1");
			KvChangeLog log = context.getBean(KvChangeLog.class);
			ReadRequest request = ReadRequest.from(StartPosition.earliest())
				.limit(7)
				.events(KvEventType.SET)
				.changes(KvChange.CREATED)
				.filter(KeyFilter.prefix("order:"))
				.timeout(Duration.ofSeconds(1));
			KvChangePage page = log.read(request);
			List<KvEvent> events = page.events();
			KvPosition position = Objects.requireNonNull(events.get(0).getPosition());
			Map<Integer, KvPosition> latest = log.latest();
			assertThat(latest).containsValue(position);
			StartPosition next = page.next();
			for (StartPosition start : List.of(next, StartPosition.latest(), StartPosition.after(position))) {
				boolean empty = log.read(ReadRequest.from(start)).isEmpty();
				assertThat(empty).isTrue();
			}
			assertThat(log.read(ReadRequest.from(StartPosition.at(position))).events()).hasSize(1);
			PositionTrimmedException trimmed = new PositionTrimmedException(position, position);
			KvPosition earliest = trimmed.getEarliest();
			LogGapEvent gap = new LogGapEvent(this, "reader", 0, null, earliest);
			String reader = gap.getReader();
			int partition = gap.getPartition();
			@Nullable KvPosition after = gap.getAfter();
			KvPosition behind = gap.getNext();
			assertThat(reader + partition + after + behind).isEqualTo("reader0null" + position);
			RetentionGuard guard = (number) -> position;
			assertThat(guard.oldestNeeded(0)).isEqualTo(position);
			context.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE), (event) -> {
				})
				.close();
		});
	}

	@Test
	void annotations() {
		this.runner.run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:1", new Order(2));
			assertThat(context.getBean(Hooks.class).seen).containsExactly("all order:1 Order[count=2] null");
			assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> template.set("order:2", new Order(-1)))
				.withCauseInstanceOf(IllegalArgumentException.class);
			assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> template.get("order:1", Integer.class));
		});
	}

	@Test
	void codec() {
		KvCodec reversing = new KvCodec() {

			@Override
			public byte[] encode(Object value) {
				return new StringBuilder(value.toString()).reverse().toString().getBytes(StandardCharsets.UTF_8);
			}

			@Override
			public <T> T decode(byte[] value, Class<T> type) {
				return type.cast(new StringBuilder(new String(value, StandardCharsets.UTF_8)).reverse().toString());
			}

		};
		this.runner.withBean(KvCodec.class, () -> reversing).run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("a", "abc");
			assertThat(template.getRaw("a").map((bytes) -> new String(bytes, StandardCharsets.UTF_8))).contains("cba");
			assertThat(template.get("a", String.class)).contains("abc");
		});
	}

	record Order(int count) {
	}

	static class Hooks implements KvHookErrorHandler {

		private final List<KvEvent> events = new CopyOnWriteArrayList<>();

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private final List<KvHookError> errors = new CopyOnWriteArrayList<>();

		KvEvent last() {
			return this.events.get(this.events.size() - 1);
		}

		@Override
		public void onError(KvHookError error) {
			this.errors.add(error);
		}

		@KvHook
		void any(KvEvent event) {
			this.events.add(event);
		}

		@KvHook(id = "full", events = { KvEventType.SET, KvEventType.BATCH_SET },
				changes = { KvChange.CREATED, KvChange.UPDATED }, prefix = "${app.prefix}", suffix = { "1", "3" },
				keys = { "order:1", "order:3" }, regex = "^order:[0-9]+$", filter = "short", async = false,
				timeout = "${app.timeout}", scope = KvHookScope.ONE_INSTANCE)
		void all(String key, KvEventType type, Order order, @KvPreviousValue @Nullable Order before, KvSetEvent event) {
			this.seen.add("all " + key + " " + order + " " + before);
		}

		@KvHook(KvEventType.DELETE)
		@KvHook(value = KvEventType.EXPIRED, async = true)
		void gone(@KvValue @Nullable String last, String key) {
		}

		@OnKvSet(prefix = "a", changes = KvChange.CREATED)
		void set(byte[] value) {
		}

		@OnKvDelete(suffix = "a", timeout = "2s")
		void deleted(KvDeleteEvent event) {
		}

		@OnKvExpired(regex = "a", async = true)
		void expired(KvExpiredEvent event) {
			PublicApiTests.expired(event);
		}

		@KvGuard(events = KvEventType.SET, prefix = "order:", suffix = "2", keys = "order:2", regex = "2",
				filter = "short")
		@KvGuard(KvEventType.DELETE)
		void guard(String key, KvEventType type, @Nullable Order order) {
			if (order != null && order.count() < 0) {
				throw new IllegalArgumentException("negative");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

		@Bean("short")
		KeyFilter shortKeys() {
			return (key) -> key.length() < 20;
		}

	}

}
