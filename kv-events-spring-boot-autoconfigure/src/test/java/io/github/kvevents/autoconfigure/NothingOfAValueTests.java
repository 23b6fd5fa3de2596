package io.github.kvevents.autoconfigure;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever goes wrong: no value gets into a log at the default level or into the
 * actuator, and no key forges a line.
 */
@ExtendWith({ TestRedisExtension.class, OutputCaptureExtension.class })
class NothingOfAValueTests {

	private static final String SECRET = "marker-4711";

	/** Line breaks, NUL, a right-to-left override, a character outside the BMP. */
	private static final String KEY = "k{1} \r\nERROR forged\u0000\u202e\ud83d\ude80";

	@Test
	void whateverGoesWrong(TestRedis redis, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(redis)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			Hooks hooks = context.getBean(Hooks.class);
			template.set("fails:" + KEY, SECRET);
			template.set("fails:" + KEY, SECRET + "2");
			template.delete("fails:" + KEY);
			template.set("fails:expires" + KEY, SECRET, Duration.ofMillis(30));
			assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> template.set("guarded:" + KEY, SECRET))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET));
			assertThatExceptionOfType(KvCodecException.class)
				.isThrownBy(() -> template.get("fails:" + KEY + "2", Integer.class).or(() -> {
					template.set("fails:" + KEY + "2", SECRET);
					return template.get("fails:" + KEY + "2", Integer.class);
				}))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(SECRET));
			redis.template().opsForList().rightPush("list", SECRET);
			assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.set("list", SECRET));
			Awaitility.await().until(() -> hooks.expired.equals(List.of("fails:expires" + KEY)));
			Awaitility.await().untilAsserted(() -> assertThat(failed(context)).hasSize(7));
			assertThat(actuator(context)).hasSize(3)
				.allSatisfy((json) -> assertThat(json).contains("kvEvents", "hooks")
					.doesNotContain(SECRET)
					.doesNotContain("forged"));
		}
		assertThat(output)
			.contains("Hook 'throws' failed for KvSetEvent", "Hook 'spring-listeners' failed for ",
					"ERROR forged\\u0000\\u202e\ud83d\ude80")
			.doesNotContain(SECRET);
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("ERROR forged"));
	}

	private static List<String> failed(ConfigurableApplicationContext context) {
		return context.getBean(KvHookRegistry.class)
			.all()
			.stream()
			.filter((hook) -> hook.getStats().failures() + hook.getStats().timeouts() > 0)
			.map(KvHookRegistration::getId)
			.toList();
	}

	private static List<String> actuator(ConfigurableApplicationContext context) {
		RestTestClient client = RestTestClient.bindToServer()
			.baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/actuator")
			.build();
		return List.of("/health", "/kvhooks", "/kvhooks/decodes")
			.stream()
			.map((path) -> "kvEvents hooks "
					+ client.get().uri(path).exchange().returnResult(String.class).getResponseBody())
			.toList();
	}

	private static ConfigurableApplicationContext run(TestRedis redis) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.data.redis.port=" + redis.getPort(),
					"management.endpoints.web.exposure.include=*", "management.endpoint.health.show-details=always")
			.run();
	}

	static class Hooks {

		private final List<String> expired = new CopyOnWriteArrayList<>();

		@KvHook(id = "throws", prefix = "fails:")
		void fails(String key, @KvValue String value) {
			throw new IllegalStateException(value, new IllegalArgumentException(value));
		}

		@KvHook(id = "throws-later", prefix = "fails:", async = true)
		void failsLater(@KvValue String value) {
			throw new IllegalStateException(value);
		}

		@KvHook(id = "throws-timed", prefix = "fails:", timeout = "5s")
		void failsTimed(@KvValue String value) throws Exception {
			throw new Exception(value);
		}

		@OnKvSet(id = "decodes", prefix = "fails:")
		void decodes(Integer value) {
		}

		@OnKvSet(id = "decodes-previous", prefix = "fails:")
		void decodesPrevious(@KvPreviousValue List<Integer> value) {
		}

		@KvHook(id = "decodes-later", prefix = "fails:", events = KvEventType.SET, async = true)
		void decodesLater(Amount value) {
		}

		@OnKvExpired(id = "expired", prefix = "fails:")
		void expired(KvExpiredEvent event) {
			this.expired.add(event.getKey());
			throw new IllegalStateException(event.getPreviousValue(String.class));
		}

		@KvGuard(prefix = "guarded:")
		void guard(@KvValue String value) {
			throw new IllegalStateException(value);
		}

		@EventListener
		@Order(1)
		void listener(KvSetEvent event) {
			throw new IllegalStateException(event.getValue(String.class));
		}

		@EventListener
		void listener(KvDeleteEvent event) {
			event.getPreviousValue(Integer.class);
		}

	}

	record Amount(int count) {
	}

	/** Says in its messages what a codec must not say. */
	static final class TalkativeCodec implements KvCodec {

		@Override
		public byte[] encode(Object value) {
			return value.toString().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public <T> T decode(byte[] value, Class<T> type) {
			String text = new String(value, StandardCharsets.UTF_8);
			if (type != String.class) {
				throw new IllegalStateException("no " + type + ": " + text);
			}
			return type.cast(text);
		}

		@Override
		public Object decode(byte[] value, Type type) {
			throw new IllegalStateException(new String(value, StandardCharsets.UTF_8));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

		@Bean
		KvCodec talkativeCodec() {
			return new TalkativeCodec();
		}

	}

}
