package io.github.kvevents.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches in an application: server-sent events over HTTP, and the end with the context.
 */
@ExtendWith(TestRedisExtension.class)
class WatchApplicationTests {

	private final TestRedis redis;

	WatchApplicationTests(TestRedis redis) {
		this.redis = redis;
	}

	private ConfigurableApplicationContext start(boolean log) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.data.redis.port=" + this.redis.getPort(),
					"spring.application.name=watching", "kv.events.log.enabled=" + log, "server.shutdown=graceful")
			.run();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void browserReceivesChangesUntilItLeaves(boolean log) throws Exception {
		try (ConfigurableApplicationContext context = start(log)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			KvWatches watches = context.getBean(KvWatches.class);
			template.set("order:1", "a");
			try (BufferedReader lines = open(context)) {
				assertThat(nextData(lines)).isEqualTo("CREATED order:1");
				template.set("order:1", "b");
				template.set("invoice:1", "b");
				template.delete("order:1");
				assertThat(nextData(lines)).isEqualTo("UPDATED order:1");
				assertThat(nextData(lines)).isEqualTo("REMOVED order:1");
				assertThat(watches.getOpenCount()).isEqualTo(1);
			}
			// the server finds out that the browser left when it writes
			await().atMost(Duration.ofSeconds(30)).until(() -> {
				template.set("order:2", String.valueOf(System.nanoTime()));
				return watches.getOpenCount() == 0;
			});
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void waitingReaderReturnsWhenTheApplicationStops(boolean log) throws Exception {
		ConfigurableApplicationContext context = start(log);
		KvTemplate template = context.getBean(KvTemplate.class);
		// the answer begins with the first event
		template.set("order:1", "a");
		KvWatch watch = template.watch(WatchOptions.all());
		CompletableFuture<@Nullable KvEvent> poll = CompletableFuture
			.supplyAsync(() -> watch.poll(Duration.ofMinutes(5)));
		try (BufferedReader lines = open(context)) {
			KvWatches watches = context.getBean(KvWatches.class);
			assertThat(nextData(lines)).isEqualTo("CREATED order:1");
			assertThat(watches.getOpenCount()).isEqualTo(2);
			assertThat(watches.isRunning()).isTrue();
			context.close();
			assertThat(poll.get(20, TimeUnit.SECONDS)).isNull();
			assertThat(watch.isOpen()).isFalse();
			assertThat(lines.lines().filter((line) -> line.startsWith("data:"))).isEmpty();
			assertThat(watches.getOpenCount()).isZero();
		}
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
			.noneMatch((thread) -> thread.getName().startsWith("kv-change-feed")));
	}

	@Test
	void anExpiryHasTheLastValueAndItsPlaceInTheLog() {
		try (ConfigurableApplicationContext context = start(true)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			try (KvWatch watch = template.watch(WatchOptions.prefix("session:").changes(KvChange.REMOVED))) {
				template.set("session:1", "last", Duration.ofMillis(150));
				KvEvent event = WatchInstance.take(watch, 1).get(0);
				assertThat(event).isInstanceOf(KvExpiredEvent.class);
				assertThat(event.getKey()).isEqualTo("session:1");
				assertThat(event.getPreviousValue(String.class)).isEqualTo("last");
				assertThat(event.getRawValue()).isNull();
				assertThat(event.getPosition()).isNotNull();
				assertThat(((KvExpiredEvent) event).getDeadline()).isEqualTo(event.getOccurredAt());
				assertThat(watch.poll(Duration.ofMillis(100))).isNull();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void manyWatchesTakeNoMoreConnectionsAndThreadsThanOne(boolean log) {
		try (ConfigurableApplicationContext context = start(log)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:1", "a");
			WatchOptions options = WatchOptions.prefix("order:").initialReplay();
			KvWatch first = template.watch(options);
			assertThat(WatchInstance.take(first, 1)).hasSize(1);
			template.set("order:1", "b");
			assertThat(WatchInstance.take(first, 1)).hasSize(1);
			long connections = connections();
			long threads = kvThreads();
			List<KvWatch> watches = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				watches.add(template.watch((i % 2 == 0) ? options : WatchOptions.all()));
			}
			template.set("order:1", "c");
			watches.forEach((watch) -> assertThat(WatchInstance.take(watch, 1)).hasSize(1));
			// a few more may open later, since something receives expiries now
			assertThat(connections()).isLessThan(connections + 5);
			assertThat(kvThreads()).isLessThan(threads + 10);
			watches.forEach(KvWatch::close);
			first.close();
		}
	}

	private long connections() {
		return ((String) this.redis.execute("CLIENT", "LIST")).lines().count();
	}

	private static long kvThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("kv-"))
			.count();
	}

	private static BufferedReader open(ConfigurableApplicationContext context)
			throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/feed");
		HttpResponse<InputStream> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofInputStream());
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith(MediaType.TEXT_EVENT_STREAM_VALUE));
		return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
	}

	private static String nextData(BufferedReader lines) throws IOException {
		String line = lines.readLine();
		while (line != null && !line.startsWith("data:")) {
			line = lines.readLine();
		}
		return (line != null) ? line.substring("data:".length()) : "";
	}

	@RestController
	static class Feed {

		private final KvTemplate template;

		Feed(KvTemplate template) {
			this.template = template;
		}

		@GetMapping(path = "/feed", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> feed() {
			KvWatch watch = this.template.watch(WatchOptions.prefix("order:").initialReplay());
			return JdkFlowAdapter.flowPublisherToFlux(watch.publisher())
				.map((event) -> event.getChange() + " " + event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Feed feed(KvTemplate template) {
			return new Feed(template);
		}

	}

}
