package io.github.kvevents.test.app;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.NestedTestConfiguration;
import org.springframework.test.context.NestedTestConfiguration.EnclosingConfiguration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.test.AutoConfigureKvEventsTest;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;
import io.github.kvevents.test.app.Shop.DeclaredHooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * With keys in a real Redis, that the test names by its own properties, all but the clock
 * works.
 */
class RealRedisTests {

	private static void check(KvStore store, KvTemplate template, KvTestClock clock, RecordedKvEvents events,
			String key) {
		assertThat(store).isInstanceOf(RedisKvStore.class);
		assertThatIllegalStateException().isThrownBy(() -> clock.advance(Duration.ofMinutes(15)))
			.withMessageContaining("its keys are in the store 'redis'")
			.withMessageContaining("within(Duration.ofSeconds(10))");
		assertThatIllegalStateException().isThrownBy(() -> clock.advanceTo(Instant.now().plusSeconds(1)));
		assertThatIllegalStateException().isThrownBy(clock::settle);
		assertThat(Duration.between(clock.instant(), Clock.systemUTC().instant())).isLessThan(Duration.ofMinutes(1));
		assertThat(events).isEmpty();
		template.set(key, "book", Duration.ofMillis(50));
		assertThat(events).set(key).once();
		assertThat(events).within(Duration.ofSeconds(30)).expired(key).hasValue("book").once();
	}

	/** Ended by its shut-down hook: the contexts that use it are cached. */
	private static final class SharedRedis {

		private static final TestRedis INSTANCE = TestRedis.start();

	}

	@Nested
	@DirtiesContext
	@NestedTestConfiguration(EnclosingConfiguration.OVERRIDE)
	@SpringBootTest(classes = Shop.Bare.class)
	@AutoConfigureKvEventsTest
	class BesideTheWholeApplication {

		@DynamicPropertySource
		static void redis(DynamicPropertyRegistry registry) {
			registry.add("spring.data.redis.port", () -> SharedRedis.INSTANCE.getPort());
		}

		@Test
		void eventsAreAwaitedAndTheClockRefuses(@Autowired KvStore store, @Autowired KvTemplate template,
				@Autowired KvTestClock clock, @Autowired RecordedKvEvents events) {
			check(store, template, clock, events, "cart:1");
		}

		@Test
		void eventsOfOtherTestsAreForgotten(@Autowired KvStore store, @Autowired KvTemplate template,
				@Autowired KvTestClock clock, @Autowired RecordedKvEvents events) {
			check(store, template, clock, events, "cart:2");
		}

	}

	@Nested
	@DirtiesContext
	@NestedTestConfiguration(EnclosingConfiguration.OVERRIDE)
	@KvEventsTest(classes = DeclaredHooks.class, properties = "kv.events.store=redis")
	class InTheSlice {

		@DynamicPropertySource
		static void redis(DynamicPropertyRegistry registry) {
			registry.add("spring.data.redis.port", () -> SharedRedis.INSTANCE.getPort());
		}

		@Test
		void eventsAreAwaitedAndTheClockRefuses(@Autowired KvStore store, @Autowired KvTemplate template,
				@Autowired KvTestClock clock, @Autowired RecordedKvEvents events, @Autowired DeclaredHooks hooks) {
			check(store, template, clock, events, "cart:3");
			assertThat(hooks.calls).isEqualTo(1);
		}

	}

}
