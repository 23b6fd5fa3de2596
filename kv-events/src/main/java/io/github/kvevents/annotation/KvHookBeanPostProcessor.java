package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.github.kvevents.annotation.HookDefinitionReader.GuardDefinition;
import io.github.kvevents.annotation.HookDefinitionReader.HookDefinition;
import io.github.kvevents.hook.GuardRegistry;
import io.github.kvevents.hook.GuardRegistry.Guard;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookRegistration;
import io.github.kvevents.hook.HookRegistry;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;

/**
 * Finds the methods of beans that are annotated with {@link KvHook} or {@link KvGuard}
 * and registers them: when all singletons are made, since a filter may be a bean, and
 * from then on as beans are made. They are removed when their bean is destroyed; the
 * hooks of a prototype stay, since nobody says when it ends.
 */
public class KvHookBeanPostProcessor extends AnnotatedBeanPostProcessor<KvHookBeanPostProcessor.DeclaredHooks> {

	private final ObjectProvider<HookEngine> engine;

	/**
	 * Creates an instance.
	 * @param engine asked for only when all singletons are made and one has a hook
	 */
	public KvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		this.engine = engine;
	}

	@Override
	protected Map<Method, DeclaredHooks> methodsOf(Class<?> targetClass) {
		return AnnotatedMethods.of(targetClass);
	}

	@Override
	protected Runnable register(Object bean, String beanName, Class<?> targetClass, Map<Method, DeclaredHooks> methods,
			ConfigurableBeanFactory beanFactory) {
		AnnotatedBean annotated = new AnnotatedBean(bean, beanName, targetClass, methods);
		annotated.register(this.engine.getObject(), beanFactory);
		return annotated::close;
	}

	/**
	 * A bean with hooks or guards, and what was registered for it.
	 */
	private static final class AnnotatedBean {

		private final Object bean;

		private final String beanName;

		private final Class<?> targetClass;

		private final Map<Method, DeclaredHooks> methods;

		private final List<Runnable> registered = new ArrayList<>();

		AnnotatedBean(Object bean, String beanName, Class<?> targetClass, Map<Method, DeclaredHooks> methods) {
			this.bean = bean;
			this.beanName = beanName;
			this.targetClass = targetClass;
			this.methods = methods;
		}

		/**
		 * Reads everything before anything is registered: a bean that can't be made
		 * leaves nothing behind.
		 */
		void register(HookEngine engine, ConfigurableBeanFactory beanFactory) {
			HookDefinitionReader reader = new HookDefinitionReader(beanFactory, engine.hooks());
			List<HookDefinition> hooks = new ArrayList<>();
			List<GuardDefinition> guards = new ArrayList<>();
			for (Map.Entry<Method, DeclaredHooks> declared : this.methods.entrySet()) {
				for (KvHook hook : declared.getValue().hooks()) {
					hooks.add(reader.read(this.bean, this.beanName, this.targetClass, declared.getKey(), hook));
				}
				for (KvGuard guard : declared.getValue().guards()) {
					guards.add(reader.read(this.bean, this.beanName, this.targetClass, declared.getKey(), guard));
				}
			}
			Set<String> ids = new HashSet<>();
			hooks.forEach((hook) -> checkId(engine.hooks(), hook, ids));
			boolean complete = false;
			try {
				hooks.forEach((hook) -> add(engine.hooks(), hook));
				guards.forEach((guard) -> add(engine.guards(), guard));
				complete = true;
			}
			finally {
				if (!complete) {
					// another thread was first with an id
					close();
				}
			}
		}

		/**
		 * The same method of the same bean is that of another instance of a prototype:
		 * its hook gets an id of its own.
		 */
		private void checkId(HookRegistry registry, HookDefinition hook, Set<String> idsOfBean) {
			String id = hook.options().getId();
			if (id == null) {
				return;
			}
			HookRegistration other = registry.get(id);
			if (!idsOfBean.add(id) || (other != null && !other.isOf(origin(hook)))) {
				throw hook.site()
					.error("id", "there is another hook with the id '" + id + "'",
							"Ids must be unique: choose another one");
			}
		}

		private void add(HookRegistry registry, HookDefinition hook) {
			this.registered.add(registry.register(hook.options(), hook.callback(), origin(hook))::close);
		}

		private HookRegistration.Origin origin(HookDefinition hook) {
			return new HookRegistration.Origin(this.beanName, hook.site().method().getName());
		}

		private void add(GuardRegistry registry, GuardDefinition guard) {
			Guard registration = registry.register(guard.name(), guard.events(), guard.filter(), guard.order(),
					guard.check());
			this.registered.add(() -> registry.remove(registration));
		}

		void close() {
			this.registered.forEach(Runnable::run);
			this.registered.clear();
		}

	}

	/**
	 * The annotations of one method.
	 */
	record DeclaredHooks(Set<KvHook> hooks, Set<KvGuard> guards) {
	}

}
