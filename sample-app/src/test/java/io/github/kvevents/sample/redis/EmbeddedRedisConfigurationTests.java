package io.github.kvevents.sample.redis;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EmbeddedRedisConfigurationTests {

	private final ApplicationContextRunner context;

	EmbeddedRedisConfigurationTests(@TempDir Path directory) {
		this.context = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withUserConfiguration(EmbeddedRedisConfiguration.class)
			.withPropertyValues("sample.redis.port=0", "sample.redis.directory=" + directory.resolve("two words"));
	}

	@Test
	void startsARedisThatIsReachableFromHereOnly() {
		AtomicInteger port = new AtomicInteger();
		this.context.run((context) -> {
			port.set(context.getBean(EmbeddedRedis.class).getPort());
			StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
			assertThat(config(redis, "bind")).isEqualTo("127.0.0.1");
		});
		assertThatExceptionOfType(ConnectException.class)
			.isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port.get()).close());
	}

	@Test
	void takesThePortThatIsWishedForOrAnotherIfThatIsTaken() throws IOException {
		int wished;
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			wished = taken.getLocalPort();
			this.context.withPropertyValues("sample.redis.port=" + wished)
				.run((context) -> assertThat(context.getBean(EmbeddedRedis.class).getPort()).isNotEqualTo(wished));
		}
		this.context.withPropertyValues("sample.redis.port=" + wished)
			.run((context) -> assertThat(context.getBean(EmbeddedRedis.class).getPort()).isEqualTo(wished));
	}

	@Test
	void keepsItsDataUntilItRunsAgain() throws IOException {
		ApplicationContextRunner samePort = this.context.withPropertyValues("sample.redis.port=" + freePort());
		samePort.run((context) -> context.getBean(StringRedisTemplate.class).opsForValue().set("kept", "value"));
		samePort.run((context) -> assertThat(context.getBean(StringRedisTemplate.class).opsForValue().get("kept"))
			.isEqualTo("value"));
	}

	@Test
	void oneBesideAnotherHasDataOfItsOwn() throws IOException {
		ApplicationContextRunner samePort = this.context.withPropertyValues("sample.redis.port=" + freePort());
		samePort.run((first) -> {
			first.getBean(StringRedisTemplate.class).opsForValue().set("mine", "value");
			samePort.run((second) -> {
				StringRedisTemplate redis = second.getBean(StringRedisTemplate.class);
				assertThat(redis.hasKey("mine")).isFalse();
				redis.opsForValue().set("mine", "another");
			});
		});
		samePort.run((context) -> assertThat(context.getBean(StringRedisTemplate.class).opsForValue().get("mine"))
			.isEqualTo("value"));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "spring.data.redis.host=redis.example", "spring.data.redis.url=redis://redis.example:7000" })
	void stepsAsideWhereARedisIsConfigured(String property) {
		this.context.withPropertyValues(property).run((context) -> {
			assertThat(context).doesNotHaveBean(EmbeddedRedis.class);
			DataRedisConnectionDetails.Standalone standalone = context.getBean(DataRedisConnectionDetails.class)
				.getStandalone();
			assertThat(standalone).extracting("host").isEqualTo("redis.example");
		});
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static String config(StringRedisTemplate redis, String name) {
		return String.valueOf(
				redis.execute((connection) -> connection.serverCommands().getConfig(name), true).getProperty(name));
	}

}
