package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.SpringListeners;

/**
 * Passes the events of a parent context's engine to the Spring listeners of this context:
 * Spring itself passes events from a child to its parent only.
 */
class ChildContextListeners implements SmartInitializingSingleton, DisposableBean {

	private final HookEngine engine;

	private final AbstractApplicationContext context;

	private volatile @Nullable Runnable removal;

	/**
	 * Creates an instance.
	 * @param engine the engine of a parent
	 * @param context the child
	 */
	ChildContextListeners(HookEngine engine, AbstractApplicationContext context) {
		this.engine = engine;
		this.context = context;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ApplicationEventMulticaster multicaster = this.context.getBean(
				AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME, ApplicationEventMulticaster.class);
		this.removal = this.engine.publishTo(multicaster::multicastEvent, SpringListeners.ofContextAlone(this.context));
	}

	@Override
	public void destroy() {
		Runnable registered = this.removal;
		if (registered != null) {
			registered.run();
		}
	}

}
