package io.github.kvevents.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.RedisStartCheck.RedisRefusedException;
import io.github.kvevents.autoconfigure.RedisStartCheck.RedisRefusedFailureAnalyzer;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.log.KvEventLogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.mockito.Mockito.mock;

/**
 * What a developer reads when the configuration can't work.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

	@Test
	void hookThatCanNotWork(CapturedOutput output) {
		fails(BadRegex.class, "kv.events.store=memory");
		assertThat(output).contains("A hook, guard or listener can't work the way it is declared:")
			.contains("    Bean: badRegex")
			.contains("    Method: Hooks.onOrder(String)")
			.contains("    Attribute: ")
			.contains("regex")
			.contains("order:(");
		assertThat(output.toString().substring(output.toString().indexOf("Action:"))).isNotBlank();
	}

	@Test
	void redisWithoutConnectionFactory(CapturedOutput output) {
		fails(WithoutRedis.class);
		assertThat(output)
			.contains("kv-events keeps its keys in Redis ('kv.events.store' is 'redis'), but there is no "
					+ "RedisConnectionFactory bean.")
			.contains("    - declare a RedisConnectionFactory bean; of several, mark one as @Primary")
			.contains("    - set 'kv.events.store=memory' to keep keys in this process")
			.contains("    - set 'kv.events.enabled=false' to switch kv-events off");
	}

	@Test
	void redisWithTwoConnectionFactories(CapturedOutput output) {
		fails(TwoFactories.class);
		assertThat(output)
			.contains("but there are several RedisConnectionFactory beans and none is primary: " + "[first, second].");
	}

	@Test
	void redisThatIsNotOnTheClasspath(CapturedOutput output) {
		FilteredClassLoader classLoader = new FilteredClassLoader("org.springframework.data.redis", "io.lettuce");
		assertThatException().isThrownBy(() -> new SpringApplicationBuilder(WithoutRedis.class)
			.resourceLoader(new DefaultResourceLoader(classLoader))
			.properties("spring.main.web-application-type=none")
			.run());
		assertThat(output).contains("('kv.events.store' is 'redis'), but Spring Data Redis is not on the classpath.")
			.contains("    - add 'org.springframework.boot:spring-boot-starter-data-redis'");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			kv.events.hooks.async.queue-capacity               | -3  | The value must be at least 1.
			kv.events.hooks.async.concurrency                  | 0   | The value must be at least 1.
			kv.events.hooks.async.max-threads                  | -1  | The value must be at least 1.
			kv.events.hooks.timeout.max-threads                | 0   | The value must be at least 1.
			kv.events.hooks.errors-kept                        | 0   | The value must be at least 1.
			kv.events.hooks.shutdown-timeout                   | -1s | The duration must be at least 0ms.
			kv.events.expiry.notifications.check-interval      | 0s  | The duration must be at least 1ms.
			kv.events.expiry.threads                           | 0   | The value must be at least 1.
			kv.events.expiry.queue-capacity                    | 0   | The value must be at least 1.
			kv.events.expiry.sweep-interval                    | 0s  | The duration must be at least 1ms.
			kv.events.expiry.claim-after                       | 1ms | The duration must be at least 100ms.
			kv.events.expiry.tracking.batch-size               | 0   | The value must be at least 1.
			kv.events.expiry.tracking.batch-size               | 9999999 | The value must be at most
			kv.events.expiry.tracking.max-in-flight            | 0   | The value must be at least 1.
			kv.events.expiry.tracking.max-length               | 0   | The value must be at least 1.
			kv.events.limits.max-key-length                    | 0B  | The size must be at least 1B.
			kv.events.limits.max-value-size                    | -3B | The size must be at least 1B.
			kv.events.partitions                               | 0   | The value must be at least 1.
			kv.events.partitions                               | 16385 | The value must be at most 16384.
			""")
	void valueOutOfBounds(String property, String value, String reason, CapturedOutput output) {
		fails(Plain.class, property + "=" + value);
		assertThat(output).contains("Invalid value '" + value + "' for configuration property '" + property + "'")
			.contains(reason);
	}

	@Test
	void keyPrefixThatRedisCanNotExpress(CapturedOutput output) {
		fails(Plain.class, "kv.events.key-prefix=a\ud800");
		assertThat(output).contains("for configuration property 'kv.events.key-prefix'")
			.contains("lone surrogate U+D800 at index 1");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			kv.events.store                     | postgres | MEMORY
			kv.events.hooks.async.overflow      | explode  | DROP_OLDEST
			kv.events.expiry.notifications.mode | maybe    | CONFIGURE
			kv.events.expiry.tracking.mode      | some     | ALL
			kv.events.expiry.tracking.last-value | maybe   | NEVER
			""")
	void unknownChoiceListsTheValidOnes(String property, String value, String valid, CapturedOutput output) {
		fails(Plain.class, property + "=" + value);
		assertThat(output).contains("Property: " + property)
			.contains("Value: \"" + value + "\"")
			.contains("The following values are valid:")
			.contains("    " + valid);
	}

	@Test
	void twoCodecs(CapturedOutput output) {
		fails(TwoCodecs.class, "kv.events.store=memory");
		assertThat(output).contains("required a single bean, but 2 were found:")
			.contains("- first: ")
			.contains("- second: ")
			.contains("@Primary");
	}

	@Test
	void beanOfTheSameNameAndAnotherType(CapturedOutput output) {
		fails(NameTaken.class, "kv.events.store=memory");
		assertThat(output).contains("The bean 'kvTemplate', defined in").contains("could not be registered");
	}

	@Test
	void changeLogThatIsAskedForAndOff(CapturedOutput output) {
		fails(ChangeLogConfigurationTests.AsksForTheLog.class, "kv.events.store=memory");
		assertThat(output).contains("Parameter 0 of method audit in " + ChangeLogConfigurationTests.class.getName())
			.contains("needs a bean of type KvChangeLog, and the change log is switched off.")
			.contains("Set 'kv.events.log.enabled=true'.");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			kv.events.hooks                | on        | - kv.events.hooks.async.*
			kv.events.hooks.timeout        | 5s        | @KvHook(timeout = "5s")
			kv.events.hooks.async          | true      | - kv.events.hooks.async.queue-capacity
			kv.events.expiry               | true      | - kv.events.expiry.sweep-interval
			kv.events.expiry.tracking      | all       | Did you mean 'kv.events.expiry.tracking.mode'?
			kv.events.expiry.notifications | configure | Did you mean 'kv.events.expiry.notifications.mode'?
			kv.events.log                  | true      | Did you mean 'kv.events.log.enabled'?
			kv.events.listener             | 20s       | Did you mean 'kv.events.listener.lease'?
			""")
	void valueForAGroupOfProperties(String group, String value, String wayOut, CapturedOutput output) {
		fails(Plain.class, group + "=" + value);
		assertThat(output)
			.contains("'" + group + "' was given the value '" + value
					+ "', but it is a group of properties and has no value of its own.")
			.contains(wayOut)
			.contains("- " + group + ".");
	}

	@ParameterizedTest
	@ValueSource(classes = { InjectsTemplate.class, InjectsRegistry.class, InjectsEventLogs.class })
	void beanOfWhatIsSwitchedOff(Class<?> application, CapturedOutput output) {
		fails(application, "kv.events.enabled=false");
		assertThat(output)
			.contains("Parameter 0 of method user in " + application.getName() + " needs a bean of type Kv")
			.contains(", and kv-events is switched off: 'kv.events.enabled' is 'false'.")
			.contains("Remove 'kv.events.enabled=false', or inject an ObjectProvider<Kv");
	}

	/**
	 * A server that is too old isn't at hand.
	 */
	@Test
	void serverThatIsTooOld() {
		RedisRefusedException refused = new RedisRefusedException("The Redis server has version 6.2",
				new IllegalStateException());
		FailureAnalysis analysis = new RedisRefusedFailureAnalyzer().analyze(refused, refused);
		assertThat(analysis.getDescription()).isEqualTo("The Redis server has version 6.2.");
		assertThat(analysis.getAction())
			.isEqualTo("Use a newer server, or have 'spring.data.redis' point to another one.");
	}

	private static void fails(Class<?> application, String... properties) {
		assertThatException().isThrownBy(() -> new SpringApplicationBuilder(application)
			.properties("spring.main.web-application-type=none", "spring.data.redis.port=1")
			.properties(properties)
			.run());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class InjectsTemplate {

		@Bean
		String user(KvTemplate template) {
			return "user of " + template;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class InjectsRegistry {

		@Bean
		String user(KvHookRegistry registry) {
			return "user of " + registry;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class InjectsEventLogs {

		@Bean
		String user(KvEventLogs eventLogs) {
			return "user of " + eventLogs;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataRedisAutoConfiguration.class)
	static class WithoutRedis {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataRedisAutoConfiguration.class)
	static class TwoFactories {

		@Bean
		RedisConnectionFactory first() {
			return mock(RedisConnectionFactory.class);
		}

		@Bean
		RedisConnectionFactory second() {
			return mock(RedisConnectionFactory.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class TwoCodecs {

		@Bean
		KvCodec first() {
			return new PlainKvCodec();
		}

		@Bean
		KvCodec second() {
			return new PlainKvCodec();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class NameTaken {

		@Bean
		String kvTemplate() {
			return "mine";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class BadRegex {

		@Bean
		Hooks badRegex() {
			return new Hooks();
		}

	}

	static class Hooks {

		@KvHook(regex = "order:(")
		void onOrder(String key) {
		}

	}

}
