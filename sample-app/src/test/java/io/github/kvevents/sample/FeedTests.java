package io.github.kvevents.sample;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class FeedTests {

	private static final TypeReference<Map<String, Object>> CHANGE = new TypeReference<>() {
	};

	private final Api api;

	private final KvTemplate kv;

	private final JsonMapper json;

	private final Gauge clients;

	private final URI events;

	private final HttpClient client = HttpClient.newHttpClient();

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private HttpResponse<Stream<String>> response;

	FeedTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @Autowired JsonMapper json,
			@Autowired MeterRegistry meters, @LocalServerPort int port) {
		this.api = new Api(rest);
		this.kv = kv;
		this.json = json;
		this.clients = meters.get("sample.live.clients").gauge();
		this.events = URI.create("http://localhost:" + port + "/events");
	}

	@BeforeEach
	void listen() throws Exception {
		this.response = this.client
			.sendAsync(HttpRequest.newBuilder(this.events).build(), HttpResponse.BodyHandlers.ofLines())
			.get(20, TimeUnit.SECONDS);
		Thread reader = new Thread(() -> {
			try {
				this.response.body().forEach(this.lines::add);
			}
			catch (RuntimeException ex) {
				// the test closed the stream
			}
		});
		reader.setDaemon(true);
		reader.start();
		Awaitility.await().until(() -> !this.lines.isEmpty());
	}

	@AfterEach
	void hangUp() {
		this.response.body().close();
	}

	@Test
	void tellsOfEachChangeWithoutItsValue() {
		assertThat(this.response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
		this.api.placed("streamed", 600);
		this.api.pay("streamed").expectStatus().isOk();
		List<Map<String, Object>> changes = awaitChanges("checkout:streamed", 2);
		assertThat(changes.get(0))
			.containsOnlyKeys("position", "type", "change", "key", "occurredAt", "origin", "batch")
			.containsEntry("type", "SET")
			.containsEntry("change", "CREATED");
		assertThat(changes.get(1)).containsEntry("type", "DELETE").containsEntry("change", "REMOVED");
		assertThat(awaitChanges("order:streamed", 2)).extracting((change) -> change.get("change"))
			.isEqualTo(List.of("CREATED", "UPDATED"));
		assertThat(this.lines).noneMatch((line) -> line.contains("deadline"));
	}

	@Test
	void tellsOfAnExpiry() {
		this.api.placed("gone", 1);
		assertThat(awaitChanges("checkout:gone", 2).get(1)).containsEntry("type", "EXPIRED")
			.containsEntry("change", "REMOVED");
	}

	@Test
	void tellsOfABatchAndOfKeysOfOthers() {
		this.kv.batchSet(Map.of("foreign:\n<b>", "secret"));
		Map<String, Object> change = awaitChanges("foreign:\n<b>", 1).get(0);
		assertThat(change).containsEntry("type", "BATCH_SET");
		assertThat(change.get("batch")).extracting("index", "size").containsExactly(0, 1);
		assertThat(this.lines).noneMatch((line) -> line.contains("secret"));
	}

	@Test
	void keepsTheOrderOfAKey() {
		int changes = 500;
		for (int i = 0; i < changes; i++) {
			this.kv.set("ordered", i);
			this.kv.delete("ordered");
		}
		// a reader that keeps up misses nothing
		List<Map<String, Object>> heard = awaitChanges("ordered", 2 * changes);
		for (int i = 0; i < heard.size(); i++) {
			assertThat(heard.get(i)).containsEntry("type", (i % 2 == 0) ? "SET" : "DELETE");
		}
	}

	@Test
	void forgetsAReaderThatIsGone() {
		double before = this.clients.value();
		assertThat(before).isPositive();
		hangUp();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
			this.kv.set("poke", "x");
			return this.clients.value() < before;
		});
	}

	@Test
	void requestForTheHeadersAloneIsNoReader() throws Exception {
		double before = this.clients.value();
		HttpResponse<Void> headers = this.client.send(
				HttpRequest.newBuilder(this.events).method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
				HttpResponse.BodyHandlers.discarding());
		assertThat(headers.headers().firstValue("Content-Type")).hasValue("text/event-stream");
		assertThat(this.clients.value()).isEqualTo(before);
	}

	@Test
	void oneReaderThatStandsStillHoldsUpNobody() throws Exception {
		HttpResponse<InputStream> stuck = this.client.send(HttpRequest.newBuilder(this.events).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		String longKey = "stuck:" + "x".repeat(20_000);
		for (int i = 0; i < 2000; i++) {
			this.kv.set(longKey, i);
		}
		this.kv.delete(longKey);
		this.kv.set("after-the-stuck-one", 1);
		awaitChanges("after-the-stuck-one", 1);
		this.api.placed("beside-the-stuck-one", 600);
		stuck.body().close();
	}

	private List<Map<String, Object>> awaitChanges(String key, int count) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> changes(key), (found) -> found.size() >= count);
	}

	private List<Map<String, Object>> changes(String key) {
		return this.lines.stream()
			.filter((line) -> line.startsWith("data:{"))
			.map((line) -> this.json.readValue(line.substring(5), CHANGE))
			.filter((change) -> key.equals(change.get("key")))
			.toList();
	}

}
