package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * A property without a value, as a placeholder or an empty environment variable leaves
 * it, counts as not set.
 */
@ExtendWith({ TestRedisExtension.class, OutputCaptureExtension.class })
class BlankPropertiesTests {

	private final TestRedis redis;

	BlankPropertiesTests(TestRedis redis) {
		this.redis = redis;
	}

	static Stream<Arguments> blankProperties() {
		JsonNode metadata = JsonMapper.shared()
			.readTree(KvEventsProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"));
		List<Arguments> properties = new ArrayList<>();
		metadata.path("properties").forEach((property) -> {
			String name = property.path("name").asString();
			if (name.startsWith("kv.events.")) {
				boolean text = !property.path("type")
					.asString()
					.matches("java.lang.(Integer|Long|Boolean)|.*Duration|.*DataSize");
				properties.add(Arguments.of(name, "", text));
				properties.add(Arguments.of(name, " \t", text));
			}
		});
		assertThat(properties).hasSizeGreaterThan(40);
		return properties.stream();
	}

	@ParameterizedTest
	@MethodSource("blankProperties")
	void blankTextOrChoiceIsAsIfItWereNotSetAndABlankNumberIsRefused(String name, String value, boolean text,
			CapturedOutput output) {
		if (!text && !(name.matches(".*(after|interval|timeout|lease|age|key-length|value-size|to-live)")
				&& value.isEmpty())) {
			assertThatException().isThrownBy(() -> run(Map.of(name, value)).close());
			assertThat(output).contains("Property: " + name).contains("Value: \"" + value + "\"");
			return;
		}
		try (ConfigurableApplicationContext plain = run(Map.of());
				ConfigurableApplicationContext blank = run(Map.of(name, value))) {
			assertThat(blank.getBean(KvEventsProperties.class)).usingRecursiveComparison()
				.ignoringFields("instanceId")
				.isEqualTo(plain.getBean(KvEventsProperties.class));
			assertThat(blank.getBean(KvEventsProperties.class).instanceId()).isNotBlank();
			assertThat(blank.getBeanDefinitionNames()).containsExactly(plain.getBeanDefinitionNames());
			blank.getBean(KvTemplate.class).set("a", "1");
		}
		assertThat(this.redis.template().hasKey("a")).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "  ", "\t", "\u2003" })
	void applicationWhoseNameIsBlankHasNone(String name, CapturedOutput output) {
		run(Map.of("spring.application.name", name, "kv.events.expiry.tracking.mode", "all")).close();
		assertThat(output).containsOnlyOnce("This application has no name and uses the namespace 'application'");
		assertThat(this.redis.template().opsForHash().entries("kv-events:{application}:meta"))
			.containsEntry("application", "")
			.containsEntry("on-purpose", "false");
		run(Map.of("kv.events.expiry.tracking.mode", "all")).close();
	}

	@Test
	void blankNamespaceLeavesTheNameOfTheApplication() {
		run(Map.of("spring.application.name", "shop", "kv.events.namespace", "  ", "kv.events.expiry.tracking.mode",
				"all"))
			.close();
		assertThat(this.redis.template().opsForHash().entries("kv-events:{shop}:meta"))
			.containsEntry("application", "shop")
			.containsEntry("on-purpose", "false");
	}

	@Test
	void nameThatIsNoNamespaceIsRefusedWithTheProperty(CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(Map.of("spring.application.name", "a{b")));
		assertThat(output).contains("Invalid value 'a{b' for configuration property 'spring.application.name'")
			.contains("set 'kv.events.namespace'");
	}

	private ConfigurableApplicationContext run(Map<String, Object> properties) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("blank", properties));
		return new SpringApplicationBuilder(Application.class).environment(environment)
			.properties("spring.main.web-application-type=none", "spring.data.redis.port=" + this.redis.getPort())
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
