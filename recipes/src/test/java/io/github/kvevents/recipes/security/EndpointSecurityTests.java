package io.github.kvevents.recipes.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.test.annotation.DirtiesContext;

import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may do what with the endpoints, over HTTP.
 */
class EndpointSecurityTests {

	private static final String JSON = "application/json";

	private static final String DISABLE = "{\"enabled\":false}";

	@Nested
	@DirtiesContext
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "kv.events.store=memory", "spring.main.web-application-type=servlet",
					"management.endpoints.web.exposure.include=health,kvhooks,kvexpiry" })
	class ByRole {

		@LocalServerPort
		private int port;

		@Test
		void healthIsForAllAndTheRestForThoseWithARole() throws Exception {
			assertThat(get(this.port, "/actuator/health", null)).isEqualTo(200);
			for (String path : new String[] { "/actuator/kvhooks", "/actuator/kvexpiry", "/actuator" }) {
				assertThat(get(this.port, path, null)).as(path).isEqualTo(401);
				assertThat(get(this.port, path, "guest")).as(path).isEqualTo(403);
				assertThat(get(this.port, path, "operator")).as(path).isEqualTo(200);
			}
			assertThat(get(this.port, "/actuator/kvhooks", "viewer")).isEqualTo(200);
			assertThat(get(this.port, "/actuator/kvexpiry", "viewer")).isEqualTo(200);
			assertThat(get(this.port, "/anything", null)).as("sent to the login").isEqualTo(302);
		}

		@Test
		void onlyAnOperatorSwitchesAHookOff() throws Exception {
			String path = "/actuator/kvhooks/orders";
			assertThat(post(this.port, path, null, JSON)).isEqualTo(401);
			assertThat(post(this.port, path, "viewer", JSON)).isEqualTo(403);
			// the form of another page in the operator's browser
			assertThat(post(this.port, path, "operator", "text/plain")).isEqualTo(415);
			assertThat(post(this.port, path, "operator", JSON)).isBetween(200, 204);
		}

	}

	@Nested
	@DirtiesContext
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "kv.events.store=memory", "spring.main.web-application-type=servlet",
					"management.endpoints.web.exposure.include=kvhooks",
					"management.endpoint.kvhooks.access=read-only" })
	class ReadOnly {

		@Test
		void nobodySwitchesAHookOff(@LocalServerPort int port) throws Exception {
			assertThat(get(port, "/actuator/kvhooks/orders", "operator")).isEqualTo(200);
			assertThat(post(port, "/actuator/kvhooks/orders", "operator", JSON)).isEqualTo(405);
		}

	}

	private static int get(int port, String path, @Nullable String user) throws Exception {
		return send(request(port, path, user).GET());
	}

	private static int post(int port, String path, @Nullable String user, String type) throws Exception {
		return send(request(port, path, user).header("Content-Type", type).POST(BodyPublishers.ofString(DISABLE)));
	}

	private static int send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding()).statusCode();
	}

	private static HttpRequest.Builder request(int port, String path, @Nullable String user) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
		if (user != null) {
			byte[] credentials = (user + ":pass").getBytes(StandardCharsets.UTF_8);
			request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
		}
		return request;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(EndpointSecurity.class)
	static class Application {

		@KvHook(id = "orders", prefix = "order:")
		void ordered(String key) {
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(user("guest", "GUEST"), user("viewer", "VIEWER"),
					user("operator", "OPERATOR"));
		}

		private static UserDetails user(String name, String role) {
			return User.withUsername(name).password("{noop}pass").roles(role).build();
		}

	}

}
