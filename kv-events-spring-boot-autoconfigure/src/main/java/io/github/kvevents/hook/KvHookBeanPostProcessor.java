package io.github.kvevents.hook;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Finds the methods of beans that are annotated with {@link KvHook} or {@link KvGuard}
 * and registers them.
 */
public class KvHookBeanPostProcessor implements BeanPostProcessor {

	/**
	 * Creates an instance.
	 * @param engine asked for only when all singletons are made
	 */
	public KvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
	}

}
