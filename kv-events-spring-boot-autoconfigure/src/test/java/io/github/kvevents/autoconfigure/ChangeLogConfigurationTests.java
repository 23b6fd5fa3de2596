package io.github.kvevents.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.UserConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.ChangeLogRetention;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * The beans of the change log, in memory.
 */
class ChangeLogConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
		.withPropertyValues("kv.events.store=memory");

	private final ApplicationContextRunner logged = this.runner.withPropertyValues("kv.events.log.enabled=true",
			"kv.events.namespace=shop", "kv.events.partitions=3", "kv.events.log.max-length=77",
			"kv.events.log.max-age=5h", "kv.events.instance-id=shop-4");

	@Test
	void byDefaultThereIsNothing() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(ChangeLogStore.class)
				.doesNotHaveBean(KvChangeLog.class)
				.doesNotHaveBean(ChangeFeed.class)
				.doesNotHaveBean(ChangeLogRetention.class);
			context.getBean(KvOperations.class).set("k", "v");
		});
	}

	@Test
	void withThePropertyChangesAreLoggedAndRead() {
		this.logged.run((context) -> {
			ChangeLogSettings settings = context.getBean(ChangeLogStore.class).getSettings();
			assertThat(settings)
				.isEqualTo(new ChangeLogSettings(new Namespace("shop", 3), "shop-4", 77, Duration.ofHours(5)));
			context.getBean(KvOperations.class).set("k", "v");
			KvChangeLog log = context.getBean(KvChangeLog.class);
			assertThat(log.read(ReadRequest.from(StartPosition.earliest())).events()).extracting(KvEvent::getKey)
				.containsExactly("k");
			assertThat(log.latest()).hasSize(3);
			assertThat(context.getBean(ChangeLogRetention.class).isRunning()).isTrue();
		});
	}

	/**
	 * As {@code spring.main.lazy-initialization} does, which a runner doesn't look at.
	 */
	@Test
	void lazyInitializationMakesWhatNobodyAsksFor() {
		this.logged
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context.getBeanFactory().getBeanDefinition("kvChangeLog").isLazyInit()).isTrue();
				assertThat(context.getBeanFactory().containsSingleton("kvChangeLogRetention")).isTrue();
				assertThat(context.getBeanFactory().containsSingleton("kvEveryInstanceReader")).isTrue();
				assertThat(context.getBean(ChangeLogRetention.class).isRunning()).isTrue();
				context.getBean(KvOperations.class).set("k", "v");
				assertThat(context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
					.extracting(KvEvent::getKey)
					.containsExactly("k");
			});
	}

	@Test
	void ownBeansComeFirst() {
		KvChangeLog log = mock(KvChangeLog.class);
		ChangeFeed feed = mock(ChangeFeed.class);
		this.logged.withBean(KvChangeLog.class, () -> log).withBean(ChangeFeed.class, () -> feed).run((context) -> {
			assertThat(context.getBean(KvChangeLog.class)).isSameAs(log);
			assertThat(context.getBean(ChangeFeed.class)).isSameAs(feed);
		});
	}

	@Test
	void anOwnStoreMayBringItsLog() {
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
				new ChangeLogSettings(Namespace.of("own"), "own-1", 10, Duration.ofHours(1)));
		this.logged.withBean(KvStore.class, () -> store)
			.withBean(ChangeLogStore.class, store::getChangeLog)
			.run((context) -> assertThat(context.getBean(ChangeLogStore.class)).isSameAs(store.getChangeLog()));
	}

	@Test
	void anOwnStoreWithoutLogStopsStartUp() {
		this.logged.withBean(KvStore.class, MemoryKvStore::new).run((context) -> {
			FailureAnalysis analysis = new MissingPartFailureAnalyzer()
				.analyze(Objects.requireNonNull(context.getStartupFailure()));
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).isEqualTo(
					"The change log is switched on ('kv.events.log.enabled' is 'true'), but the application's own KvStore "
							+ "of type 'io.github.kvevents.memory.MemoryKvStore' is no ChangeLogStore, and there is "
							+ "no other bean of that type.");
			assertThat(analysis.getAction()).contains("io.github.kvevents.store.ChangeLogStore",
					"'kv.events.log.enabled=false'");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { AsksForTheLog.class, AsksForListeners.class })
	void whoAsksForTheLogWhereItIsOffIsNamedWithTheProperty(Class<?> configuration) {
		String type = configuration.getDeclaredMethods()[0].getParameterTypes()[0].getSimpleName();
		this.runner.withConfiguration(UserConfigurations.of(configuration)).run((context) -> {
			FailureAnalysis analysis = new SwitchedOffFailureAnalyzer(new MockEnvironment())
				.analyze(Objects.requireNonNull(context.getStartupFailure()));
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains("audit", configuration.getName())
				.endsWith("needs a bean of type " + type + ", and the change log is switched off.");
			assertThat(analysis.getAction()).isEqualTo("Set 'kv.events.log.enabled=true'.");
			assertThat(
					new SwitchedOffFailureAnalyzer(new MockEnvironment().withProperty("kv.events.log.enabled", "true"))
						.analyze(Objects.requireNonNull(context.getStartupFailure())))
				.as("another reason")
				.isNull();
		});
	}

	@Test
	void otherMissingBeansAreLeftToBoot() {
		new ApplicationContextRunner().withUserConfiguration(AsksForAnother.class)
			.run((context) -> assertThat(new SwitchedOffFailureAnalyzer(new MockEnvironment())
				.analyze(Objects.requireNonNull(context.getStartupFailure()))).isNull());
	}

	@Configuration(proxyBeanMethods = false)
	static class AsksForTheLog {

		@Bean
		String audit(KvChangeLog log) {
			return log.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsksForListeners {

		@Bean
		String audit(KvListenerRegistry listeners) {
			return listeners.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsksForAnother {

		@Bean
		String audit(KvStore store) {
			return store.toString();
		}

	}

}
