package io.github.kvevents.recipes.webflux;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.annotation.DirtiesContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.watch.KvWatches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The recipe for WebFlux, over HTTP.
 */
@DirtiesContext
@SpringBootTest(classes = OrderControllerTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "kv.events.store=memory", "spring.main.web-application-type=reactive",
				"orders.heartbeat=100ms" })
class OrderControllerTests {

	private final HttpClient client = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private ApplicationContext context;

	@Test
	void writesAndTheirHooksRunWhereTheyMayBlock() throws Exception {
		assertThat(this.context).isInstanceOf(ReactiveWebServerApplicationContext.class);
		assertThat(put("7", 1200)).isEqualTo("\"CREATED\"");
		assertThat(get("7")).isEqualTo("{\"article\":\"tea\",\"cents\":1200}");
		assertThat(get("8")).isEmpty();
		assertThat(this.context.getBean(Application.class).threads).hasSize(1)
			.allSatisfy((name) -> assertThat(name).startsWith("boundedElastic-"));
	}

	@Test
	@Timeout(60)
	void changesArriveAsServerSentEventsAndLeaveNoWatchBehind() throws Exception {
		put("1", 10);
		KvWatches watches = this.context.getBean(KvWatches.class);
		try (InputStream body = stream()) {
			BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
			assertThat(next(lines, "order:1\"")).contains("CREATED");
			put("1", 20);
			assertThat(next(lines, "order:1\"")).contains("UPDATED");
			assertThat(watches.getOpenCount()).isEqualTo(1);
		}
		this.context.getBean(KvTemplate.class).set("order:2", "leaves");
		await().until(() -> watches.getOpenCount() == 0);
	}

	private InputStream stream() throws Exception {
		return this.client.send(request("/orders/changes").GET().build(), BodyHandlers.ofInputStream()).body();
	}

	private static String next(BufferedReader lines, String part) throws IOException {
		String line = lines.readLine();
		while (line != null && !(line.startsWith("data:") && line.contains(part))) {
			line = lines.readLine();
		}
		return line;
	}

	private String put(String id, long cents) throws Exception {
		HttpRequest request = request("/orders/" + id).header("Content-Type", "application/json")
			.PUT(BodyPublishers.ofString("{\"article\":\"tea\",\"cents\":" + cents + "}"))
			.build();
		return this.client.send(request, BodyHandlers.ofString()).body();
	}

	private String get(String id) throws Exception {
		return this.client.send(request("/orders/" + id).GET().build(), BodyHandlers.ofString()).body();
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(OrderController.class)
	static class Application {

		private final Queue<String> threads = new ConcurrentLinkedQueue<>();

		@KvHook(prefix = "order:7")
		void ordered(String key) {
			this.threads.add(Thread.currentThread().getName());
		}

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.csrf(CsrfSpec::disable).build();
		}

	}

}
