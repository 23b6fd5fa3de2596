package io.github.kvevents.annotation;

import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.MapStore;

/**
 * An application context with hooks, which each test starts with beans of its own.
 */
abstract class DiscoveryTestContext {

	final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@AfterEach
	void close() {
		this.context.close();
		forgetCalls();
	}

	/**
	 * Forgets which beans were called, also while the context closed.
	 */
	abstract void forgetCalls();

	MapStore start(Consumer<AnnotationConfigApplicationContext> customizer) {
		this.context.register(KvHookBeanPostProcessorTests.Engine.class);
		customizer.accept(this.context);
		this.context.refresh();
		return new MapStore(this.context.getBean(HookEngine.class));
	}

	List<String> ids() {
		return this.context.getBean(HookEngine.class)
			.getRegistry()
			.all()
			.stream()
			.map(KvHookRegistration::getId)
			.toList();
	}

}
