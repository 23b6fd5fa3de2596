package io.github.kvevents.annotation;

import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * {@link KvListenerBeanPostProcessor} where not all listeners of a bean are taken.
 */
class ListenerDiscoveryTests {

	private final KvListenerRegistry registry = mock();

	@Test
	void beanOfWhichAnotherThreadTakesAnIdMeanwhileLeavesNoListener() {
		KvSubscription first = mock();
		given(this.registry.register(any(), any(), any())).willReturn(first)
			.willThrow(new IllegalArgumentException("from the test"));
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(KvListenerRegistry.class, () -> this.registry);
			context.registerBean(KvListenerBeanPostProcessor.class,
					() -> new KvListenerBeanPostProcessor(context.getBeanProvider(KvListenerRegistry.class)));
			context.registerBean(Two.class);
			assertThatIllegalArgumentException().isThrownBy(context::refresh).withMessage("from the test");
		}
		then(first).should().close();
	}

	static class Two {

		@KvListener(id = "one")
		void one(KvEvent event) {
		}

		@KvListener(id = "other")
		void other(KvEvent event) {
		}

	}

}
