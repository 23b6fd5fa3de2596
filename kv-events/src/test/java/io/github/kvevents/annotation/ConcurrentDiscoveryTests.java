package io.github.kvevents.annotation;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Beans that are found while another thread registers hooks, or closes the context.
 */
@Timeout(30)
class ConcurrentDiscoveryTests extends DiscoveryTestContext {

	@Override
	void forgetCalls() {
		// none is called
	}

	@Test
	void beanThatIsMadeWhileItsContextClosesLeavesNoHookInTheParent() throws InterruptedException, ExecutionException {
		start((context) -> {
		});
		HookEngine engine = this.context.getBean(HookEngine.class);
		AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
		child.setParent(this.context);
		child.registerBean(KvHookBeanPostProcessor.class,
				() -> new KvHookBeanPostProcessor(child.getBeanProvider(HookEngine.class)));
		child.registerBean("two", Two.class, (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE));
		child.refresh();
		CountDownLatch registering = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		engine.getDispatcher().setReceiversListener(() -> {
			registering.countDown();
			await(closed);
		});
		FutureTask<Object> made = new FutureTask<>(() -> child.getBean("two"));
		new Thread(made).start();
		registering.await();
		child.close();
		closed.countDown();
		made.get();
		assertThat(ids()).isEmpty();
	}

	@Test
	void beanOfWhichAnotherThreadTakesAnIdMeanwhileLeavesNoHook() {
		start((context) -> context.registerBean("two", Two.class,
				(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE)));
		HookEngine engine = this.context.getBean(HookEngine.class);
		AtomicBoolean first = new AtomicBoolean(true);
		engine.getDispatcher().setReceiversListener(() -> {
			if (first.getAndSet(false)) {
				take(engine.getRegistry(), ids().contains("one") ? "other" : "one");
			}
		});
		assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> this.context.getBean("two"));
		assertThat(engine.getRegistry().all()).hasSize(1).allMatch((hook) -> hook.getBeanName() == null);
	}

	private static void take(KvHookRegistry registry, String id) {
		registry.register(KvHookOptions.defaults().id(id), ConcurrentDiscoveryTests::ignore);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void ignore(KvEvent event) {
		// what is registered matters, not what is called
	}

	static class Two {

		@KvHook(id = "one")
		void one(String key) {
		}

		@KvHook(id = "other")
		void other(String key) {
		}

	}

}
