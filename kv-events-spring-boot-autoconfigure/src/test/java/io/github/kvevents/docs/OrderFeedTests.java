package io.github.kvevents.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.watch.KvWatches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The recipe for server-sent events, over real connections: nothing is left of a browser
 * that has left, and none of them is worth an error in the log.
 */
@ParameterizedClass
@ValueSource(booleans = { false, true })
@ExtendWith(OutputCaptureExtension.class)
class OrderFeedTests {

	private static final Duration LONG = Duration.ofSeconds(40);

	private final boolean log;

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private KvWatches watches;

	OrderFeedTests(boolean log) {
		this.log = log;
	}

	@BeforeEach
	void start() {
		this.context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "kv.events.store=memory", "kv.events.log.enabled=" + this.log,
					"management.health.redis.enabled=false", "spring.mvc.async.request-timeout=-1",
					// how long Tomcat waits for a browser that doesn't read
					"server.tomcat.connection-timeout=2s", "orders.heartbeat=100ms")
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.watches = this.context.getBean(KvWatches.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void browserReceivesTheReplayThenChangesAndHeartbeats() throws IOException {
		this.template.set("order:1", "a");
		try (Socket browser = request("GET")) {
			BufferedReader lines = lines(browser);
			assertThat(next(lines, "data:")).contains("order:1").contains("CREATED");
			this.template.set("order:1", "b");
			assertThat(next(lines, "data:")).contains("order:1").contains("UPDATED");
			assertThat(next(lines, ":heartbeat")).isNotNull();
			assertThat(this.watches.getOpenCount()).isEqualTo(1);
		}
	}

	@Test
	void headersArriveThoughThereIsNothingToSend() throws IOException {
		try (Socket browser = request("GET")) {
			assertThat(next(lines(browser), "Content-Type")).contains("text/event-stream");
		}
	}

	@Test
	void watchOfABrowserThatLeftEndsThoughNothingChanges(CapturedOutput output) throws IOException {
		try (Socket browser = request("GET")) {
			next(lines(browser), ":heartbeat");
			assertThat(this.watches.getOpenCount()).isEqualTo(1);
		}
		await().atMost(LONG).until(() -> this.watches.getOpenCount() == 0);
		assertNoErrors(output);
	}

	@Test
	void requestForTheHeadersAloneLeavesNothing(CapturedOutput output) throws IOException {
		List<Socket> kept = new ArrayList<>();
		for (int number = 0; number < 10; number++) {
			Socket browser = request("HEAD");
			kept.add(browser);
			assertThat(next(lines(browser), "Content-Type")).contains("text/event-stream");
		}
		assertThat(this.watches.getOpenCount()).isZero();
		for (Socket browser : kept) {
			browser.close();
		}
		assertNoErrors(output);
	}

	@Test
	void slowBrowserIsLetGoWithoutAnError(CapturedOutput output) throws IOException {
		String padding = "x".repeat(20_000);
		try (Socket browser = request("GET")) {
			BufferedReader lines = lines(browser);
			next(lines, ":heartbeat");
			// more than the buffers of the connection and of the watch take
			for (int number = 0; number < 3_000; number++) {
				this.template.set("order:" + padding + number, "a");
			}
			await().atMost(LONG).until(() -> this.watches.getOpenCount() == 0);
			// what was received before the end arrives, then the response ends
			assertThat(drain(lines)).isPositive();
		}
		assertNoErrors(output);
	}

	private static long drain(BufferedReader lines) {
		try {
			return lines.lines().filter((line) -> line.startsWith("data:")).count();
		}
		catch (UncheckedIOException ex) {
			return 1;
		}
	}

	private static void assertNoErrors(CapturedOutput output) {
		assertThat(output.getAll()).doesNotContain(" ERROR ").doesNotContain("Exception");
	}

	private Socket request(String method) throws IOException {
		int port = Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
		Socket socket = new Socket();
		socket.setReceiveBufferSize(8 << 10);
		socket.setSoTimeout((int) LONG.toMillis());
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		socket.getOutputStream()
			.write((method + " /orders/feed HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
				.getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static BufferedReader lines(Socket browser) throws IOException {
		InputStream input = browser.getInputStream();
		return new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
	}

	private static String next(BufferedReader lines, String start) throws IOException {
		String line = lines.readLine();
		while (line != null && !line.startsWith(start)) {
			line = lines.readLine();
		}
		return line;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(WatchesSnippets.OrderFeed.class)
	static class Application {

	}

}
