package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of an endpoint shows the answer of a real application, and explains each of
 * its fields and no other. With {@code -Dkv.docs.write=true} the answers are written to
 * the pages.
 */
class EndpointPagesTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Pattern BLOCK = Pattern.compile("```json\\R(.*?)```", Pattern.DOTALL);

	/** A table with the head 'field', to its last row. */
	private static final Pattern TABLE = Pattern.compile("^\\| field .*\\R\\|[-|]+\\R((?:\\|.*\\R)+)",
			Pattern.MULTILINE);

	private static final Pattern NAMES = Pattern.compile("^\\| ((?:`\\w+`(?:, )?)+) \\|", Pattern.MULTILINE);

	private static final Map<String, JsonNode> answers = new TreeMap<>();

	private static final CountDownLatch busy = new CountDownLatch(1);

	@BeforeAll
	static void askAnApplication() {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex");
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.properties("server.port=0", "spring.application.name=shop", "kv.events.instance-id=blue",
							"kv.events.log.enabled=true", "spring.data.redis.port=" + redis.getPort(),
							"management.endpoints.web.exposure.include=kvhooks,kvexpiry,kvlisteners")
					.run()) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("order:1", "paid");
			template.set("checkout:1", "open", Duration.ofMinutes(15));
			template.set("checkout:2", "open", Duration.ofMillis(20));
			await().untilAsserted(() -> {
				JsonNode expiry = ask(context, "kvexpiry");
				assertThat(expiry.path("pending").asInt()).isEqualTo(1);
				assertThat(expiry.path("partitions").path(0).path("leaseHolder").asString()).isEqualTo("blue");
				assertThat(expiry.path("notifications").path("state").asString()).isEqualTo("LISTENING");
				assertThat(ask(context, "kvlisteners").path("listeners").path(0).path("deadLetters").asInt())
					.isEqualTo(1);
				assertThat(ask(context, "kvlisteners").path("listeners").path(0).path("lag").asInt()).isZero();
			});
			for (String endpoint : Set.of("kvhooks", "kvexpiry", "kvlisteners")) {
				answers.put(endpoint, ask(context, endpoint));
			}
			busy.countDown();
		}
	}

	@AfterAll
	static void forget() {
		answers.clear();
	}

	private static JsonNode ask(ConfigurableApplicationContext context, String endpoint) {
		String address = "http://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port");
		byte[] answer = RestTestClient.bindToServer()
			.baseUrl(address + "/actuator/" + endpoint)
			.build()
			.get()
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(byte[].class)
			.getResponseBody();
		return JsonMapper.shared().readTree(answer);
	}

	@ParameterizedTest
	@ValueSource(strings = { "kvhooks", "kvexpiry", "kvlisteners" })
	void answerIsThatOfAnApplication(String endpoint) throws IOException {
		Path page = DOCS.resolve(endpoint + ".md");
		String text = Files.readString(page);
		if (Boolean.getBoolean("kv.docs.write")) {
			text = BLOCK.matcher(text)
				.replaceFirst(Matcher.quoteReplacement("```json\n" + format(answers.get(endpoint), "") + "\n```"));
			Files.writeString(page, text);
		}
		assertThat(shape(documented(text))).isEqualTo(shape(answers.get(endpoint)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "kvhooks", "kvexpiry", "kvlisteners", "doctor" })
	void eachFieldIsExplainedAndNoOther(String page) throws IOException {
		String text = Files.readString(DOCS.resolve(page + ".md"));
		Set<String> explained = new TreeSet<>();
		TABLE.matcher(text)
			.results()
			.flatMap((table) -> NAMES.matcher(table.group(1)).results())
			.flatMap((row) -> Pattern.compile("\\w+").matcher(row.group(1)).results())
			.map(MatchResult::group)
			.forEach(explained::add);
		Set<String> fields = new TreeSet<>();
		collect(documented(text), fields);
		// the ids of instances are the names in 'pending'
		fields.remove("blue");
		assertThat(explained).isEqualTo(fields);
	}

	private static JsonNode documented(String page) {
		Matcher block = BLOCK.matcher(page);
		assertThat(block.find()).isTrue();
		return JsonMapper.shared().readTree(block.group(1));
	}

	private static void collect(JsonNode node, Set<String> fields) {
		node.propertyStream().forEach((field) -> {
			fields.add(field.getKey());
			collect(field.getValue(), fields);
		});
		node.valueStream().forEach((element) -> {
			if (node.isArray()) {
				collect(element, fields);
			}
		});
	}

	/** Names and types, since times and durations differ. */
	private static String shape(JsonNode node) {
		if (node.isObject()) {
			Map<String, String> fields = new TreeMap<>();
			node.propertyStream().forEach((field) -> fields.put(field.getKey(), shape(field.getValue())));
			return fields.toString();
		}
		if (node.isArray()) {
			// the order of methods differs between virtual machines
			return node.valueStream().map(EndpointPagesTests::shape).sorted().toList().toString();
		}
		return node.isNumber() ? "NUMBER" : node.getNodeType().name();
	}

	/** An object or array on one line where it is short. */
	private static String format(JsonNode node, String indentation) {
		String line = node.toString()
			.replaceAll("(?<=[\\]}\"\\dels]),(?=[\\[{\"])", ", ")
			.replaceAll("(?<=\"):(?=[\\[{\"\\dtfn-])", ": ");
		if (!node.isContainer() || line.length() + indentation.length() <= 110) {
			return line;
		}
		String inner = indentation + "  ";
		StringBuilder text = new StringBuilder(node.isObject() ? "{" : "[");
		String separator = "\n";
		if (node.isObject()) {
			for (Map.Entry<String, JsonNode> field : node.properties()) {
				text.append(separator).append(inner).append('"').append(field.getKey()).append("\": ");
				text.append(format(field.getValue(), inner));
				separator = ",\n";
			}
		}
		else {
			for (JsonNode element : node.values()) {
				text.append(separator).append(inner).append(format(element, inner));
				separator = ",\n";
			}
		}
		return text.append('\n').append(indentation).append(node.isObject() ? "}" : "]").toString();
	}

	static class OrderHooks {

		@KvHook(prefix = "order:", async = true)
		void audit(String key) {
			throw new IllegalStateException("on purpose");
		}

		@OnKvExpired(prefix = "checkout:", async = true)
		void nobodyPaid(String key) throws InterruptedException {
			busy.await();
		}

		@KvListener(id = "mail", events = KvEventType.SET, prefix = "order:", maxAttempts = 1,
				onExhausted = OnExhausted.DEAD_LETTER)
		void send(String key) {
			throw new IllegalStateException("on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		OrderHooks orderHooks() {
			return new OrderHooks();
		}

	}

}
