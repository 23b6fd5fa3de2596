package io.github.kvevents.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.hook.KvOverflow;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The generated metadata is complete, and says the same as the table in the docs.
 */
class ConfigurationMetadataTests {

	private static final Path DOCS = Path.of("../docs/configuration.md");

	private static final Pattern ROW = Pattern.compile("^\\| `([a-z.-]+)` \\| (.+?) \\| (.+?) \\|$", Pattern.MULTILINE);

	/**
	 * Made up at start-up, so there is no default to name.
	 */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("kv.events.instance-id");

	private final Map<String, JsonNode> properties = properties();

	@Test
	void everyPropertyHasTypeDescriptionAndDefault() {
		assertThat(this.properties).hasSizeGreaterThan(10);
		this.properties.forEach((name, property) -> {
			assertThat(property.path("type").asString("")).as("type of %s", name).isNotEmpty();
			assertThat(property.path("description").asString("")).as("description of %s", name).endsWith(".");
			assertThat(property.has("defaultValue")).as("default of %s", name)
				.isEqualTo(!WITHOUT_DEFAULT.contains(name));
		});
	}

	@Test
	void tableInTheDocsSaysTheSame() throws IOException {
		Map<String, String> generated = new TreeMap<>();
		this.properties.forEach((name, property) -> generated.put(name,
				defaultValue(property) + " | " + property.path("description").asString()));
		Map<String, String> documented = new TreeMap<>();
		Matcher row = ROW.matcher(Files.readString(DOCS));
		while (row.find()) {
			documented.put(row.group(1), row.group(2) + " | " + row.group(3));
		}
		assertThat(documented).isEqualTo(generated);
	}

	@Test
	void hintsAreForPropertiesThatExistAndNameAllTheirValues() {
		Map<String, Class<? extends Enum<?>>> choices = Map.of("kv.events.store", StoreType.class,
				"kv.events.hooks.async.overflow", KvOverflow.class, "kv.events.expiry.notifications.mode",
				NotificationMode.class, "kv.events.expiry.tracking.mode", TrackingMode.class,
				"kv.events.expiry.tracking.last-value", LastValueMode.class);
		Map<String, List<String>> hints = new TreeMap<>();
		metadata().path("hints")
			.forEach((hint) -> hints.put(hint.path("name").asString(),
					hint.path("values").valueStream().map((value) -> value.path("value").asString()).toList()));
		assertThat(hints).containsOnlyKeys(choices.keySet());
		assertThat(this.properties).containsKeys(choices.keySet().toArray(String[]::new));
		choices.forEach((name, type) -> assertThat(hints.get(name)).as(name)
			.isEqualTo(Stream.of(type.getEnumConstants()).map(ConfigurationMetadataTests::inDashedForm).toList()));
	}

	private static String inDashedForm(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static String defaultValue(JsonNode property) {
		if (!property.has("defaultValue")) {
			return "random";
		}
		String value = property.path("defaultValue").asString();
		return value.isEmpty() ? "none" : "`" + value + "`";
	}

	private static Map<String, JsonNode> properties() {
		Map<String, JsonNode> properties = new TreeMap<>();
		metadata().path("properties").forEach((property) -> properties.put(property.path("name").asString(), property));
		return properties;
	}

	private static JsonNode metadata() {
		try (InputStream metadata = KvEventsProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return JsonMapper.shared().readTree(metadata);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
