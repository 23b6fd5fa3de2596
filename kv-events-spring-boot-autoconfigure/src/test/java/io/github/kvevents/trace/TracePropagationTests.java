package io.github.kvevents.trace;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Baggage;
import io.micrometer.tracing.BaggageInScope;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvHeaderSource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances with a tracer each: one writes, both receive.
 */
class TracePropagationTests {

	private static final Duration SOON = Duration.ofMillis(700);

	private static final AtomicBoolean LARGE = new AtomicBoolean();

	private static TestRedis redis;

	private static ConfigurableApplicationContext writer;

	private static ConfigurableApplicationContext reader;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		reader = start(Reader.class, "two");
		writer = start(Writer.class, "one");
	}

	@AfterAll
	static void stop() {
		writer.close();
		reader.close();
		redis.close();
	}

	private static ConfigurableApplicationContext start(Class<?> application, String instance) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.application.name=shop", "spring.data.redis.port=" + redis.getPort(),
					"kv.events.namespace=shop", "kv.events.log.enabled=true", "kv.events.instance-id=" + instance,
					"kv.events.headers.baggage=tenant,plan", "kv.events.headers.principal=true")
			.run();
	}

	@BeforeEach
	void forget() {
		Received.ALL.clear();
		writer.getBean(InMemorySpanExporter.class).reset();
		reader.getBean(InMemorySpanExporter.class).reset();
	}

	@Test
	void oneTraceFromTheRequestToHooksAnExpiryAndListenersOfAnotherInstance() {
		String trace = request(() -> template().set("checkout:1", "open", SOON));
		Received sync = received("sync", KvEventType.SET, "checkout:1");
		assertThat(sync.event.getHeaders()).containsKey("traceparent");
		List<Received> all = List.of(sync, received("async", KvEventType.SET, "checkout:1"),
				received("everywhere", KvEventType.SET, "checkout:1"),
				received("listener", KvEventType.SET, "checkout:1"),
				received("listener", KvEventType.EXPIRED, "checkout:1"),
				received("expired", KvEventType.EXPIRED, "checkout:1"));
		assertThat(all).extracting((each) -> each.trace).containsOnly(trace);
		assertThat(all).extracting((each) -> each.event.getHeaders().get("traceparent"))
			.allSatisfy((parent) -> assertThat(parent).contains(trace));
		assertThat(all).extracting((each) -> each.event.getHeaders())
			.allSatisfy((headers) -> assertThat(headers.get("baggage")).isEqualTo("tenant=acme"));
		assertThat(all).filteredOn((each) -> each.instance.equals("two"))
			.hasSize(4)
			.extracting((each) -> each.tenant)
			.containsOnly("acme");
		SpanData set = span(writer, "kv set");
		assertThat(set.getKind()).isEqualTo(SpanKind.PRODUCER);
		assertThat(span(writer, "kv.hook sync").getParentSpanId()).isEqualTo(set.getParentSpanId());
		for (String name : List.of("kv.hook everywhere", "kv.hook expired", "kv.listener audit")) {
			assertThat(span(reader, name)).satisfies((span) -> {
				assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
				assertThat(span.getParentSpanId()).isEqualTo(set.getSpanId());
			});
		}
		assertThat(received("listener", KvEventType.SET, "checkout:1").listener).isEqualTo("audit");
		assertThat(redis.template().opsForHash().size("kv-events:{shop:0}:values")).as("index").isZero();
	}

	@Test
	void writeOutsideOfATraceBeginsOneThatEveryHandlerContinues() {
		template().set("checkout:2", "open");
		SpanData set = span(writer, "kv set");
		assertThat(List.of(received("sync", KvEventType.SET, "checkout:2"),
				received("async", KvEventType.SET, "checkout:2"), received("everywhere", KvEventType.SET, "checkout:2"),
				received("listener", KvEventType.SET, "checkout:2")))
			.extracting((each) -> each.trace)
			.containsOnly(set.getTraceId());
	}

	@Test
	void retriesAndDeadLettersStayInTheTrace() {
		String trace = request(() -> template().set("fragile:1", "x"));
		KvDeadLetters letters = reader.getBean(KvListenerRegistry.class).find("fragile").orElseThrow().getDeadLetters();
		await().until(() -> letters.count() == 1);
		String other = request(reader, () -> letters.redriveAll(10));
		assertThat(Received.ALL).filteredOn((each) -> each.handler.equals("fragile"))
			.hasSize(3)
			.extracting((each) -> each.trace)
			.containsOnly(trace)
			.doesNotContain(other);
		assertThat(MDC.get("kv.listener")).isNull();
	}

	@Test
	void principalOfTheWriterIsAHeader() {
		SecurityContextHolder.getContext()
			.setAuthentication(new TestingAuthenticationToken("Zo\u00eb & co", "secret", "USER"));
		try {
			template().set("checkout:3", "open", SOON);
			SecurityContextHolder.getContext()
				.setAuthentication(new AnonymousAuthenticationToken("key", "nobody",
						AuthorityUtils.createAuthorityList("ANONYMOUS")));
			template().set("checkout:4", "open");
		}
		finally {
			SecurityContextHolder.clearContext();
		}
		assertThat(received("expired", KvEventType.EXPIRED, "checkout:3").event.getHeaders()).containsEntry("principal",
				"Zo\u00eb & co");
		await().untilAsserted(() -> assertThat(Received.ALL).filteredOn((each) -> each.handler.equals("listener"))
			.filteredOn((each) -> each.event.getKey().equals("checkout:4"))
			.hasSize(1)
			.allSatisfy((each) -> assertThat(each.event.getHeaders()).doesNotContainKey("principal")));
		assertThat(received("sync", KvEventType.SET, "checkout:3").event.getHeaders()).containsEntry("principal",
				"Zo\u00eb & co");
	}

	@Test
	void headerThatDoesNotFitIsDroppedAndCounted() {
		MeterRegistry meters = writer.getBean(MeterRegistry.class);
		double before = meters.get("kv.header.dropped").counter().count();
		LARGE.set(true);
		template().set("checkout:large", "x");
		LARGE.set(false);
		Received received = received("listener", KvEventType.SET, "checkout:large");
		assertThat(received.event.getHeaders()).containsKeys("traceparent", "small").doesNotContainKey("large");
		assertThat(meters.get("kv.header.dropped").counter().count()).isEqualTo(before + 1);
	}

	@Test
	void hostileHeadersAreIgnored() {
		StringRedisTemplate template = redis.template();
		List<String> hostile = List.of("traceparent=garbage", "traceparent=%zz", "x".repeat(9000), "a=b&c", "=1",
				"traceparent=00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01");
		for (String headers : hostile) {
			// in the order of the fields of an entry
			Map<String, String> fields = new LinkedHashMap<>();
			fields.put("m", "S:hostile" + hostile.indexOf(headers) + "::one\n" + headers);
			fields.put("k", "checkout:h");
			fields.put("v", "x");
			template.opsForStream().add(MapRecord.create("kv-events:{shop:0}:log", fields));
		}
		// ends in place of a lifetime that could before these headers are there
		template().set("checkout:5", "open", Duration.ofMinutes(5));
		long deadline = System.currentTimeMillis();
		template.execute((RedisCallback<Object>) (connection) -> connection.hashCommands()
			.hSet(bytes("kv-events:{shop:0}:values"), bytes("\u00ffcheckout:5"),
					bytes("%d:x=1\nE::0:y".formatted(deadline))));
		template.delete("checkout:5");
		template.opsForZSet().add("kv-events:{shop:0}:deadlines", "checkout:5", (double) deadline);
		assertThat(received("expired", KvEventType.EXPIRED, "checkout:5").event.getHeaders()).isEmpty();
		await().untilAsserted(() -> assertThat(Received.ALL).filteredOn((each) -> each.handler.equals("listener"))
			.filteredOn((each) -> each.event.getKey().equals("checkout:h"))
			.hasSize(6)
			.extracting((each) -> each.trace)
			.doesNotContainNull());
	}

	@Test
	void nothingIsWrittenWhereNothingIsTraced() {
		KvTemplate untraced = KvTemplate.builder(writer.getBean(KvStore.class), writer.getBean(KvCodec.class)).build();
		untraced.set("quiet:1", "x", Duration.ofMinutes(3));
		untraced.batchSet(Map.of("quiet:2", "y"));
		untraced.delete("quiet:2");
		assertThat(redis.template().opsForHash().keys("kv-events:{shop:0}:values")).containsExactly("quiet:1");
		assertThat(Objects
			.requireNonNull(redis.template().opsForStream().range("kv-events:{shop:0}:log", Range.unbounded()))
			.stream()
			.map((entry) -> entry.getValue())
			.filter((fields) -> String.valueOf(fields.get("k")).startsWith("quiet:"))
			.toList()).hasSize(3).allSatisfy((fields) -> {
				assertThat(fields).hasSizeLessThanOrEqualTo(3);
				assertThat(String.valueOf(fields.get("m"))).doesNotContain("\n").endsWith("one");
			});
		untraced.delete("quiet:1");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static KvTemplate template() {
		return writer.getBean(KvTemplate.class);
	}

	private static String request(Runnable work) {
		return request(writer, work);
	}

	/** Works as in a request, with baggage. */
	private static String request(ConfigurableApplicationContext instance, Runnable work) {
		Tracer tracer = instance.getBean(Tracer.class);
		return Observation.createNotStarted("request", instance.getBean(ObservationRegistry.class)).observe(() -> {
			String trace = trace(tracer);
			BaggageInScope tenant = tracer.createBaggageInScope("tenant", "acme");
			BaggageInScope secret = tracer.createBaggageInScope("secret", "s3cret");
			try {
				work.run();
			}
			finally {
				secret.close();
				tenant.close();
			}
			return (trace != null) ? trace : "none";
		});
	}

	private static @Nullable String trace(Tracer tracer) {
		Span span = tracer.currentSpan();
		return (span != null) ? span.context().traceId() : null;
	}

	private static Received received(String handler, KvEventType type, String key) {
		return await()
			.until(() -> Received.ALL.stream()
				.filter((each) -> each.handler.equals(handler) && each.event.getType() == type
						&& each.event.getKey().equals(key))
				.findFirst(), (found) -> found.isPresent())
			.orElseThrow();
	}

	private static SpanData span(ConfigurableApplicationContext instance, String name) {
		return await()
			.until(() -> instance.getBean(InMemorySpanExporter.class)
				.getFinishedSpanItems()
				.stream()
				.filter((span) -> span.getName().equals(name))
				.findFirst(), (found) -> found.isPresent())
			.orElseThrow();
	}

	/**
	 * What a handler received, and in which trace.
	 */
	record Received(String instance, String handler, KvEvent event, @Nullable String trace, @Nullable String tenant,
			@Nullable String listener) {

		static final Queue<Received> ALL = new ConcurrentLinkedQueue<>();

		static void add(Tracer tracer, String instance, String handler, KvEvent event) {
			Baggage tenant = tracer.getBaggage("tenant");
			ALL.add(new Received(instance, handler, event, TracePropagationTests.trace(tracer),
					(tenant != null) ? tenant.get() : null, MDC.get("kv.listener")));
		}

	}

	@EnableAutoConfiguration
	@Configuration(proxyBeanMethods = false)
	@Import(Tracing.class)
	static class Writer {

		private final Tracer tracer;

		Writer(Tracer tracer) {
			this.tracer = tracer;
		}

		@Bean
		static KvHeaderSource sizes() {
			return (headers) -> {
				if (LARGE.get()) {
					headers.accept("large", "\u00e9".repeat(1000));
					headers.accept("small", "1");
				}
			};
		}

		@KvHook(id = "sync", events = KvEventType.SET, prefix = "checkout:")
		void sync(KvEvent event) {
			Received.add(this.tracer, "one", "sync", event);
		}

		@KvHook(id = "async", events = KvEventType.SET, prefix = "checkout:", async = true)
		void async(KvEvent event) {
			Received.add(this.tracer, "one", "async", event);
		}

	}

	@EnableAutoConfiguration
	@Configuration(proxyBeanMethods = false)
	@Import(Tracing.class)
	static class Reader {

		private final Tracer tracer;

		Reader(Tracer tracer) {
			this.tracer = tracer;
		}

		@KvHook(id = "everywhere", events = KvEventType.SET, prefix = "checkout:", scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(KvEvent event) {
			Received.add(this.tracer, "two", "everywhere", event);
		}

		@KvHook(id = "expired", events = KvEventType.EXPIRED, prefix = "checkout:")
		void expired(KvEvent event) {
			Received.add(this.tracer, "two", "expired", event);
		}

		@KvListener(id = "audit", prefix = "checkout:")
		void audit(KvEvent event) {
			Received.add(this.tracer, "two", "listener", event);
		}

		@KvListener(id = "fragile", prefix = "fragile:", initialBackoff = "10ms", maxAttempts = 2,
				onExhausted = OnExhausted.DEAD_LETTER)
		void fragile(KvEvent event) {
			Received.add(this.tracer, "two", "fragile", event);
			throw new IllegalStateException("not handled");
		}

	}

}
