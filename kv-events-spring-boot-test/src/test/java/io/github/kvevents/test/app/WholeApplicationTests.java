package io.github.kvevents.test.app;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.test.AutoConfigureKvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;
import io.github.kvevents.test.app.Shop.Unrelated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beside {@code @SpringBootTest} the whole application is there, with its keys in memory.
 */
@SpringBootTest
@AutoConfigureKvEventsTest
class WholeApplicationTests {

	@Test
	void clockAndEventsAreThere(@Autowired KvTemplate template, @Autowired KvTestClock clock,
			@Autowired RecordedKvEvents events, @Autowired ApplicationContext context,
			@Autowired Clock ofTheApplication) {
		template.set("cart:1", "book", Duration.ofHours(2));
		clock.advance(Duration.ofHours(4));
		assertThat(events).summaries()
			.containsExactly("SET cart:1", "EXPIRED cart:1", "SET reminder:cart:1", "EXPIRED reminder:cart:1");
		assertThat(ofTheApplication).isSameAs(clock);
		assertThat(context.getBean(KvStore.class)).isInstanceOf(MemoryKvStore.class);
		assertThat(context.getBeanNamesForType(Unrelated.class)).hasSize(1);
		assertThat(context.containsBean("kvChangeLog")).as("what is off in the application stays off").isFalse();
	}

}
