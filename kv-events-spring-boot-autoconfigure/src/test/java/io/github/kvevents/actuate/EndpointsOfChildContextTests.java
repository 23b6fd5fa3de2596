package io.github.kvevents.actuate;

import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator gets of an application whose web server is in a child context.
 */
class EndpointsOfChildContextTests {

	private static final String[] PROPERTIES = { "server.port=0", "kv.events.store=memory",
			"kv.events.log.enabled=true", "management.endpoints.web.exposure.include=*" };

	@ParameterizedTest
	@CsvSource({ "local.server.port,", "local.management.port,management.server.port=0" })
	void showHooksOfBothAndOneInstance(String port, String property) {
		try (ConfigurableApplicationContext parent = application(Parent.class).web(WebApplicationType.NONE).run();
				ConfigurableApplicationContext child = application(Child.class).parent(parent)
					.web(WebApplicationType.SERVLET)
					.properties((property != null) ? new String[] { property } : new String[0])
					.run()) {
			RestTestClient client = client(child, port);
			Object instance = get(client, "/kvexpiry").get("instance");
			assertThat(instance).isNotNull();
			assertThat(get(client, "/kvconsole/state")).containsEntry("instance", instance);
			for (String hook : new String[] { "parentHook", "childHook" }) {
				assertThat(get(client, "/kvhooks/" + hook)).containsEntry("id", hook);
			}
			assertThat(get(client, "/kvconsole/hooks")).extracting("totals.hooks").isEqualTo(2);
		}
	}

	@Test
	void parentWithoutAnythingLeavesItToTheChild() {
		try (ConfigurableApplicationContext parent = application(Empty.class).web(WebApplicationType.NONE).run();
				ConfigurableApplicationContext child = application(Child.class).parent(parent)
					.web(WebApplicationType.SERVLET)
					.run()) {
			RestTestClient client = client(child, "local.server.port");
			assertThat(get(client, "/kvconsole/state")).containsEntry("instance",
					get(client, "/kvexpiry").get("instance"));
		}
	}

	private static SpringApplicationBuilder application(Class<?> configuration) {
		return new SpringApplicationBuilder(configuration).properties(PROPERTIES);
	}

	private static RestTestClient client(ConfigurableApplicationContext context, String port) {
		return RestTestClient.bindToServer()
			.baseUrl("http://localhost:" + context.getEnvironment().getRequiredProperty(port) + "/actuator")
			.build();
	}

	private static Map<String, Object> get(RestTestClient client, String path) {
		return Objects.requireNonNull(client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(new ParameterizedTypeReference<Map<String, Object>>() {
			})
			.getResponseBody());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Parent {

		@KvHook(id = "parentHook")
		void onChange(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child {

		@KvHook(id = "childHook")
		void onChange(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
