package io.github.kvevents.recipes.console;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import jakarta.servlet.DispatcherType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.annotation.DirtiesContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console behind Spring Security, whose protection against CSRF is on: with servlets
 * and with WebFlux.
 */
class ConsoleSecurityTests {

	private static final String CONSOLE = "/actuator/kvconsole";

	@Nested
	@DirtiesContext
	@SpringBootTest(classes = { Hooks.class, ServletSecurity.class }, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "kv.events.store=memory", "spring.main.web-application-type=servlet",
					"management.endpoints.web.exposure.include=kvconsole",
					"management.endpoint.kvconsole.show-keys=when-authorized",
					"management.endpoint.kvconsole.roles=AUDITOR" })
	class WithServlets {

		@Test
		void pageSendsTheTokenThatItGets(@LocalServerPort int port, @Autowired KvHookRegistry hooks,
				@Autowired KvTemplate template) throws Exception {
			onlyThePageMayChangeSomething(port, hooks, template);
		}

	}

	@Nested
	@DirtiesContext
	@SpringBootTest(classes = { Hooks.class, ReactiveSecurity.class }, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "kv.events.store=memory", "spring.main.web-application-type=reactive",
					"management.endpoints.web.exposure.include=kvconsole",
					"management.endpoints.web.path-mapping.kvconsole=/kvconsole/",
					"server.forward-headers-strategy=framework",
					"management.endpoint.kvconsole.show-keys=when-authorized",
					"management.endpoint.kvconsole.roles=AUDITOR" })
	class WithWebFlux {

		@Test
		void pageSendsTheTokenThatItGets(@LocalServerPort int port, @Autowired KvHookRegistry hooks,
				@Autowired KvTemplate template) throws Exception {
			onlyThePageMayChangeSomething(port, hooks, template);
		}

	}

	private static void onlyThePageMayChangeSomething(int port, KvHookRegistry hooks, KvTemplate template)
			throws Exception {
		Browser operator = new Browser(port, "operator");
		assertThat(new Browser(port, null).get("").statusCode()).isEqualTo(401);
		HttpResponse<String> page = operator.get("");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow()).contains("default-src 'none'");
		for (String file : new String[] { "/console.js", "/console.css", "/console.svg", "/state", "/hooks",
				"/expiry" }) {
			HttpResponse<String> answer = operator.get(file);
			assertThat(answer.statusCode()).as(file + ": " + answer.body()).isEqualTo(200);
			assertThat(answer.headers().firstValue("X-Content-Type-Options")).as(file).hasValue("nosniff");
		}
		String header = page.headers().firstValue("X-Kv-Console-Csrf-Header").orElseThrow();
		String token = operator.get("/state").headers().firstValue("X-Kv-Console-Csrf-Token").orElseThrow();
		assertThat(operator.post("X-Kv-Console", "page", "X-Other", "1")).isEqualTo(403);
		assertThat(operator.post(header, "wrong", "X-Kv-Console", "page")).isEqualTo(403);
		assertThat(operator.post(header, token, "X-Other", "1")).as("not from the page").isEqualTo(403);
		assertThat(hooks.find("orders").orElseThrow().isEnabled()).isTrue();
		assertThat(operator.post(header, token, "X-Kv-Console", "page", "Origin", "http://other.example",
				"X-Forwarded-Host", "ops.example"))
			.isEqualTo(403);
		assertThat(hooks.find("orders").orElseThrow().isEnabled()).isTrue();
		assertThat(operator.post(header, token, "X-Kv-Console", "page", "Origin", "http://ops.example",
				"X-Forwarded-Host", "ops.example"))
			.isEqualTo(200);
		assertThat(hooks.find("orders").orElseThrow().isEnabled()).isFalse();
		showsKeysToWhomIsAuthorized(operator, new Browser(port, "auditor"), template);
	}

	private static void showsKeysToWhomIsAuthorized(Browser operator, Browser auditor, KvTemplate template)
			throws Exception {
		operator.get("/changes");
		template.set("order:secret", "1");
		assertThat(operator.get("/changes").body()).contains("\"CREATED\"").doesNotContain("secret");
		assertThat(auditor.get("/changes").body()).contains("order:secret");
	}

	private static final class Browser {

		private final HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

		private final String base;

		private final @Nullable String user;

		Browser(int port, @Nullable String user) {
			this.base = "http://localhost:" + port + CONSOLE;
			this.user = user;
		}

		private HttpRequest.Builder request(String path) {
			HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.base + path));
			if (this.user != null) {
				byte[] credentials = (this.user + ":pass").getBytes(StandardCharsets.UTF_8);
				request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
			}
			return request;
		}

		HttpResponse<String> get(String path) throws Exception {
			return this.client.send(request(path).GET().build(), BodyHandlers.ofString());
		}

		int post(String... headers) throws Exception {
			HttpRequest request = request("/hooks").headers(headers)
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("{\"id\":\"orders\",\"enabled\":false}"))
				.build();
			return this.client.send(request, BodyHandlers.discarding()).statusCode();
		}

	}

	private static UserDetails[] users() {
		return new UserDetails[] { user("operator", "OPERATOR"), user("auditor", "AUDITOR") };
	}

	private static UserDetails user(String name, String role) {
		return User.withUsername(name).password("{noop}pass").roles(role).build();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Hooks {

		@KvHook(id = "orders", prefix = "order:")
		void ordered(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ServletSecurity {

		@Bean
		SecurityFilterChain everything(HttpSecurity http) {
			return http
				.authorizeHttpRequests((requests) -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
					.permitAll()
					.anyRequest()
					.authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(ConsoleSecurityTests.users());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveSecurity {

		@Bean
		SecurityWebFilterChain everything(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(ConsoleSecurityTests.users());
		}

	}

}
