package io.github.kvevents.test.app;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.app.Shop.DeclaredHooks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The slice has the named classes, each once, whether or not a scan finds them or the
 * application declares them.
 */
@KvEventsTest(classes = { DeclaredHooks.class, NamedSliceTests.OutsideOfTheScan.class, Shop.Extra.class },
		properties = { "kv.events.log.enabled=false", "kv.events.instance-id=here" })
class NamedSliceTests {

	@Test
	void namedClassesAreBeansOnce(@Autowired ApplicationContext context, @Autowired KvHookRegistry registry) {
		assertThat(context.getBeanNamesForType(DeclaredHooks.class)).containsExactly("declaredHooks");
		assertThat(context.getBeanNamesForType(OutsideOfTheScan.class)).hasSize(1);
		assertThat(context.getBeanNamesForType(Shop.InheritedHooks.class)).isEmpty();
		assertThat(context.containsBean("kvChangeLog")).isFalse();
		assertThat(registry.all()).hasSize(2);
	}

	@Test
	void hooksAreCalled(@Autowired KvTemplate template, @Autowired OutsideOfTheScan hooks, @Autowired String extra) {
		template.set("cart:1", extra);
		assertThat(hooks.value).isEqualTo("extra");
	}

	static class OutsideOfTheScan {

		private String value = "";

		@OnKvSet(prefix = "cart:")
		void placed(@KvValue String value) {
			this.value = value;
		}

	}

}
