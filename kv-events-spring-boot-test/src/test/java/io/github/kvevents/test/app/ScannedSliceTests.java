package io.github.kvevents.test.app;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;
import io.github.kvevents.test.app.Shop.DeclaredHooks;
import io.github.kvevents.test.app.Shop.InheritedHooks;
import io.github.kvevents.test.app.Shop.Mail;
import io.github.kvevents.test.app.Shop.Unrelated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without named classes the slice has the components that have hooks, and no others.
 */
@KvEventsTest
class ScannedSliceTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvTestClock clock;

	@Autowired
	private RecordedKvEvents events;

	@MockitoBean
	private Mail mail;

	@Test
	void hooksAreThereWithTheirCollaboratorReplaced(@Autowired InheritedHooks inherited,
			@Autowired DeclaredHooks declared) {
		this.template.set("cart:1", "book", Duration.ofHours(2));
		this.clock.advance(Duration.ofHours(3));
		Mockito.verify(this.mail).send("cart:1");
		assertThat(this.events).expired("cart:1").hasValue("book").once().expired("reminder:cart:1").once();
		assertThat(inherited.calls).isEqualTo(1);
		assertThat(declared.calls).isEqualTo(1);
	}

	@Test
	void otherComponentsAndOtherAutoConfigurationAreNot(@Autowired ApplicationContext context,
			@Autowired Environment environment) {
		assertThat(context.getBeanNamesForType(Unrelated.class)).isEmpty();
		assertThat(context.containsBean("redisConnectionFactory")).isFalse();
		assertThat(environment.getProperty("kv.events.store")).isEqualTo("memory");
		assertThat(environment.getProperty("kv.events.log.enabled")).isEqualTo("true");
	}

}
