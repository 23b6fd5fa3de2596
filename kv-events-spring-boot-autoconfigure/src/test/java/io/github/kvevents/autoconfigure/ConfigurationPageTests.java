package io.github.kvevents.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The properties in {@code docs/configuration.md} are generated from the metadata, group
 * by group with its description. With {@code -Dkv.docs.write=true} they are written to
 * the page.
 */
class ConfigurationPageTests {

	private static final Path PAGE = Path.of("../docs/configuration.md");

	private static final String BEGIN = "<!-- properties: generated from the metadata -->\n\n";

	private static final String END = "<!-- end of properties -->\n";

	/** The endpoints have two properties each: one table is enough. */
	private static final String ENDPOINTS = "management.endpoint";

	@Test
	void propertiesOfThePageAreThoseOfTheMetadata() throws IOException {
		String page = Files.readString(PAGE);
		int begin = page.indexOf(BEGIN) + BEGIN.length();
		int end = page.indexOf(END);
		assertThat(end).isGreaterThanOrEqualTo(begin);
		String generated = generate();
		if (Boolean.getBoolean("kv.docs.write")) {
			Files.writeString(PAGE, page.substring(0, begin) + generated + page.substring(end));
		}
		else {
			assertThat(page.substring(begin, end)).isEqualTo(generated);
		}
	}

	private static String generate() throws IOException {
		JsonNode metadata = metadata();
		Map<String, StringBuilder> groups = new TreeMap<>();
		for (JsonNode group : metadata.path("groups")) {
			String name = group.path("name").asString();
			if (!name.startsWith(ENDPOINTS)) {
				assertThat(group.path("description").asString("")).as("description of group %s", name).endsWith(".");
				groups.put(name, begin(name, group.path("description").asString()));
			}
		}
		groups.put(ENDPOINTS, begin(ENDPOINTS, "The [endpoints](actuator.md) of the actuator."));
		Map<String, JsonNode> properties = new TreeMap<>();
		metadata.path("properties").forEach((property) -> properties.put(property.path("name").asString(), property));
		properties
			.forEach((name, property) -> add(Objects.requireNonNull(groups.get(groupOf(name)), name), name, property));
		return String.join("\n", groups.values()) + "\n";
	}

	private static void add(StringBuilder group, String name, JsonNode property) {
		if (group.indexOf("|---|") < 0) {
			group.append("\n| Property | Default | Meaning |\n|---|---|---|\n");
		}
		group.append("| `%s` | %s | %s |\n".formatted(name, defaultValue(property),
				property.path("description").asString()));
	}

	private static StringBuilder begin(String group, String description) {
		return new StringBuilder("### `%s`\n\n%s\n".formatted(group, description));
	}

	private static String groupOf(String property) {
		return property.startsWith(ENDPOINTS + ".") ? ENDPOINTS : property.substring(0, property.lastIndexOf('.'));
	}

	private static String defaultValue(JsonNode property) {
		if (!property.has("defaultValue")) {
			return "random";
		}
		String value = property.path("defaultValue").asString();
		return value.isEmpty() ? "none" : "`" + value + "`";
	}

	private static JsonNode metadata() throws IOException {
		try (InputStream metadata = KvEventsProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return JsonMapper.shared().readTree(metadata);
		}
	}

}
