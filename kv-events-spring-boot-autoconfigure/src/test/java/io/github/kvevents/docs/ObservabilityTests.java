package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.LogGapEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The table of meters, the dashboard and the alert rules name what an application that
 * uses everything shows to Prometheus.
 */
class ObservabilityTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Pattern ROW = Pattern
		.compile("^\\| `(kv[a-z.]+)` \\| ([a-z ]+) \\| ([a-z]+) \\|([^|]*)\\|([^|]+)\\|([^|]+)\\|$", Pattern.MULTILINE);

	private static final Pattern TAG = Pattern.compile("`(\\w+)`");

	private static final Pattern SAMPLE = Pattern.compile("^(\\w+)(?:\\{(.*)})? \\S+", Pattern.MULTILINE);

	private static final Pattern SELECTOR = Pattern.compile("\\b(kv_\\w+)(?:\\{([^}]*)})?");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");

	private static final Pattern OF_COUNTER = Pattern.compile("\\b(?:rate|increase)\\((\\w+)");

	private static final Pattern SHOWN_LABEL = Pattern.compile("\\{\\{ ?(?:\\$labels\\.)?(\\w+)[^}]*}}");

	/** Of the target, which Prometheus adds. */
	private static final Set<String> TARGET = Set.of("job", "instance");

	/** Tags and values of the meters, by their names in Prometheus. */
	private static final Map<String, Map<String, Set<String>>> scrape = new TreeMap<>();

	/** Type and tags of the meters, by their names. */
	private static final Map<String, String> meters = new TreeMap<>();

	@BeforeAll
	static void useEverything() {
		try (TestRedis redis = TestRedis.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.web(WebApplicationType.NONE)
					.properties("spring.application.name=observed", "spring.data.redis.port=" + redis.getPort(),
							"kv.events.log.enabled=true",
							"management.metrics.distribution.percentiles-histogram.kv.expiry.lateness=true")
					.run()) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("short", "x", Duration.ofMillis(1));
			template.set("long", "x", Duration.ofMinutes(3));
			template.delete("long");
			context.publishEvent(new LogGapEvent(context, "listener orders", 0, null, KvPosition.parse("0:7-0")));
			PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
			await().until(() -> registry.get("kv.listener.deadletters").functionCounter().count() > 0
					&& registry.get("kv.expiry.delivered").functionCounter().count() > 0);
			registry.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("kv."))
				.forEach((meter) -> {
					String description = describe(meter);
					assertThat(meters.putIfAbsent(meter.getId().getName(), description)).isIn(null, description);
				});
			SAMPLE.matcher(registry.scrape()).results().forEach(ObservabilityTests::read);
		}
	}

	@Test
	void theTableHasEachMeterAndNoOther() throws IOException {
		Map<String, String> documented = new TreeMap<>();
		ROW.matcher(Files.readString(DOCS.resolve("observability.md"))).results().forEach((row) -> {
			Set<String> tags = TAG.matcher(row.group(4))
				.results()
				.map((tag) -> tag.group(1))
				.collect(Collectors.toCollection(TreeSet::new));
			documented.put(row.group(1), row.group(2) + " " + tags);
			assertThat(row.group(3).equals("seconds")).as("unit of %s", row.group(1))
				.isEqualTo(row.group(2).contains("timer"));
			assertThat(List.of(row.group(5), row.group(6))).as(row.group(1)).noneMatch(String::isBlank);
		});
		assertThat(documented).isEqualTo(meters);
	}

	@Test
	void theDashboardShowsEachMeterByQueriesThatHaveAnAnswer() throws IOException {
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(DOCS.resolve("observability/grafana-dashboard.json")));
		List<String> queries = new ArrayList<>();
		dashboard.path("panels").forEach((panel) -> panel.path("targets").forEach((target) -> {
			String query = target.path("expr").asString();
			queries.add(query);
			check(query, target.path("legendFormat").asString());
		}));
		assertThat(queries).hasSizeGreaterThan(20);
		assertThat(dashboard.path("templating").path("list").findValuesAsString("query"))
			.anySatisfy((query) -> check(query.replaceAll("label_values\\((.*), (\\w+)\\)", "sum by ($2) ($1)"), ""));
		Set<String> shown = SELECTOR.matcher(String.join("\n", queries))
			.results()
			.map((query) -> query.group(1))
			.collect(Collectors.toSet());
		assertThat(meters.keySet()).allSatisfy((meter) -> assertThat(shown)
			.anyMatch((metric) -> metric.matches(meter.replace('.', '_') + "(_seconds|_total)?(_count|_max|_sum)?")));
	}

	@Test
	void theAlertRulesHaveQueriesThatHaveAnAnswer() throws IOException {
		Map<String, List<Map<String, List<Map<String, Object>>>>> rules = new Yaml()
			.load(Files.readString(DOCS.resolve("observability/prometheus-rules.yml")));
		List<Map<String, Object>> alerts = rules.get("groups")
			.stream()
			.flatMap((group) -> group.get("rules").stream())
			.toList();
		assertThat(alerts).hasSizeGreaterThan(10).extracting((alert) -> alert.get("alert")).doesNotHaveDuplicates();
		for (Map<String, Object> alert : alerts) {
			assertThat(alert).containsKeys("alert", "expr", "labels", "annotations");
			check(String.valueOf(alert.get("expr")),
					String.valueOf(alert.get("annotations")).replaceAll("\\$value", ""));
			assertThat(String.valueOf(alert.get("labels"))).containsPattern("severity=(warning|critical)");
		}
	}

	@Test
	void propertiesThatAreNamedExist() throws IOException {
		String configuration = Files.readString(DOCS.resolve("configuration.md"));
		String named = Files.readString(DOCS.resolve("observability.md"))
				+ Files.readString(DOCS.resolve("observability/prometheus-rules.yml"));
		assertThat(Pattern.compile("kv\\.events\\.[a-z.-]+[a-z]").matcher(named).results().map(MatchResult::group))
			.isNotEmpty()
			.allSatisfy((property) -> assertThat(configuration).contains("`" + property + "`"));
	}

	/**
	 * Fails if a query names a metric, label or value that isn't in the scrape, or if its
	 * text shows a label that its result doesn't have.
	 */
	private static void check(String query, String text) {
		Set<String> groupedBy = GROUPING.matcher(query)
			.results()
			.flatMap((grouping) -> Stream.of(grouping.group(1).split(", ")))
			.collect(Collectors.toSet());
		assertThat(SELECTOR.matcher(query).results()).as(query).isNotEmpty().allSatisfy((selector) -> {
			assertThat(scrape).containsKey(selector.group(1));
			Map<String, Set<String>> labels = scrape.get(selector.group(1));
			Stream.ofNullable(selector.group(2)).flatMap((all) -> MATCHER.matcher(all).results()).forEach((matcher) -> {
				if (!TARGET.contains(matcher.group(1))) {
					assertThat(labels).containsKey(matcher.group(1));
					assertThat(labels.get(matcher.group(1))).contains(matcher.group(3));
				}
			});
			groupedBy.stream()
				.filter((label) -> !TARGET.contains(label))
				.forEach((label) -> assertThat(labels).containsKey(label));
		});
		assertThat(OF_COUNTER.matcher(query).results().map((call) -> call.group(1))).as(query)
			.allMatch((metric) -> metric.matches("kv_\\w+_(total|count|sum|bucket)"));
		assertThat(query.replaceAll("[^(]", "")).as(query).hasSameSizeAs(query.replaceAll("[^)]", ""));
		assertThat(
				SHOWN_LABEL.matcher(text).results().map((label) -> label.group(1)).filter((label) -> !label.isEmpty()))
			.as("labels of %s", text)
			.isSubsetOf(groupedBy);
	}

	private static String describe(Meter meter) {
		Set<String> tags = new TreeSet<>();
		meter.getId().getTags().forEach((tag) -> tags.add(tag.getKey()));
		return meter.getId().getType().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + tags;
	}

	private static void read(MatchResult sample) {
		Map<String, Set<String>> labels = scrape.computeIfAbsent(sample.group(1), (name) -> new TreeMap<>());
		Stream.ofNullable(sample.group(2))
			.flatMap((all) -> MATCHER.matcher(all).results())
			.forEach((label) -> labels.computeIfAbsent(label.group(1), (key) -> new TreeSet<>()).add(label.group(3)));
	}

	@EnableAutoConfiguration
	static class Application {

		@KvHook(id = "caller", events = KvEventType.SET)
		void onSet(KvEvent event) {
		}

		@KvHook(id = "later", async = true)
		void later(KvEvent event) {
		}

		@KvListener(id = "orders", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void handle(KvEvent event) {
			throw new IllegalStateException("not handled");
		}

	}

}
