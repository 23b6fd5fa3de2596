package io.github.kvevents.annotation;

import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.Order;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.MapStore;
import io.github.kvevents.hook.OnKvDelete;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where annotations may stand, and which beans are called.
 */
public class HookDiscoveryTests extends DiscoveryTestContext {

	public static final List<String> calls = new ArrayList<>();

	@Override
	void forgetCalls() {
		calls.clear();
	}

	@Test
	void methodsThatImplementAnAnnotatedOne() {
		MapStore store = start((context) -> context.registerBean("item", ItemListener.class));
		store.set("item:1", new Item("tea"));
		store.set("other:1", new Item("tea"));
		assertThat(calls).containsExactly("implemented item:1 Item[name=tea]", "default item:1", "default other:1");
		assertThat(ids()).containsExactlyInAnyOrder("item.changed", "item.byDefault");
	}

	@Test
	void methodsThatAreInheritedOrOverridden() {
		MapStore store = start((context) -> context.registerBean("derived", Derived.class));
		store.set("a", new Item("tea"));
		assertThat(calls).containsExactly("inherited Item[name=tea]", "overridden", "redeclared");
		assertThat(ids()).containsExactlyInAnyOrder("derived.inherited", "derived.overridden", "again");
		store.delete("a");
		assertThat(calls).as("what is declared anew replaces what was inherited").hasSize(5).endsWith("overridden");
	}

	@Test
	void methodsOfConfigurationClassesAndOfWhatTheirBeanMethodsMake() {
		MapStore store = start((context) -> context.register(Settings.class));
		store.set("a", 1);
		assertThat(calls).containsExactlyInAnyOrder("configuration Settings", "made a");
	}

	@Test
	void beansBehindAnInterfaceProxyAreCalledThroughItAndLeaveWithTheirBean() {
		MapStore store = start((context) -> {
			context.registerBean("proxies", ProxyAll.class, () -> new ProxyAll(false));
			context.registerBean("proxied", ProxiedByInterface.class);
		});
		assertThat(this.context.getBean("proxied")).isNotInstanceOf(ProxiedByInterface.class);
		store.set("a", 1);
		assertThat(calls).containsExactly("advice", "proxied a");
		this.context.getDefaultListableBeanFactory().destroySingleton("proxied");
		assertThat(ids()).isEmpty();
	}

	@Test
	void finalMethodsOfProxiedClassesAreRefused() {
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start((context) -> {
			context.registerBean("proxies", ProxyAll.class, () -> new ProxyAll(true));
			context.registerBean("proxied", WithFinalMethod.class);
		})).satisfies((ex) -> {
			assertThat(ex.getBeanName()).isEqualTo("proxied");
			assertThat(ex.getMethod()).isEqualTo("WithFinalMethod.changed(String)");
			assertThat(ex.getAttribute()).isEqualTo("modifier 'final'");
			assertThat(ex.getAction()).isEqualTo("Make the method not final");
		});
	}

	@Test
	void scopedBeansThatNobodyAskedForAreCalledInTheirScope() {
		MapStore store = start((context) -> {
			context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			context.register(Scoped.class);
		});
		assertThat(calls).as("only the proxy is made").isEmpty();
		store.set("a", 1);
		store.set("b", 1);
		assertThat(calls).containsExactly("made", "scoped a 1", "scoped b 2");
		assertThat(ids()).containsExactly("scoped.changed");
	}

	@Test
	void annotationsRepeatAlsoWhereTheyAreMadeOfOthers() {
		MapStore store = start((context) -> context.registerBean("repeated", Repeated.class));
		store.set("a", 1);
		store.set("b", 1);
		store.set("c", 1);
		assertThat(calls).containsExactlyInAnyOrder("own a", "own b", "set a", "set b");
		assertThat(ids()).containsExactlyInAnyOrder("repeated.own", "repeated.own#2", "repeated.set", "repeated.set#2",
				"repeated.deletedOrExpired", "repeated.deletedOrExpired#2", "repeated.deletedOrExpired#3",
				"repeated.deletedOrExpired#4");
	}

	@Test
	void attributesOfOwnAnnotationsReachTheHook() {
		MapStore store = start((context) -> context.registerBean("aliased", Aliased.class));
		store.set("a", 1);
		store.set("a", 2);
		store.set("b", 2);
		assertThat(calls).containsExactly("a 2");
		KvHookOptions options = this.context.getBean(HookEngine.class)
			.getRegistry()
			.find("aliased.changed")
			.orElseThrow()
			.getOptions();
		assertThat(options.getChanges()).containsExactly(KvChange.UPDATED);
		assertThat(options.getEvents()).containsExactly(KvEventType.SET);
	}

	@Test
	void overloadedMethodsHaveAnIdEach() {
		MapStore store = start((context) -> context.registerBean("overloaded", Overloaded.class));
		store.set("a", 1);
		assertThat(calls).containsExactlyInAnyOrder("key", "value");
		assertThat(ids()).containsExactlyInAnyOrder("overloaded.changed", "overloaded.changed#2");
	}

	@Test
	void theOrderOfAMethodComesBeforeThatOfItsClass() {
		MapStore store = start((context) -> {
			context.registerBean("late", Late.class);
			context.registerBean("early", Early.class);
		});
		store.set("a", 1);
		assertThat(calls).containsExactly("method of late", "early", "late");
	}

	@Test
	void guardsAreFoundWhereHooksAre() {
		MapStore store = start((context) -> context.registerBean("guarding", Guarding.class));
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> store.set("first:1", 1))
			.withMessageStartingWith("Guard 'guarding.check' refused SET of key 'first:1'");
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> store.set("second:1", 1));
		store.set("third:1", 1);
		assertThat(store.get("first:1", Integer.class)).isNull();
	}

	record Item(String name) {
	}

	interface GenericListener<T> {

		@KvHook(prefix = "item:")
		@Order(1)
		void changed(String key, T value);

		@KvHook
		default void byDefault(String key) {
			calls.add("default " + key);
		}

	}

	static class ItemListener implements GenericListener<Item> {

		@Override
		public void changed(String key, Item value) {
			calls.add("implemented " + key + " " + value);
		}

	}

	abstract static class Base<T> {

		@KvHook
		@Order(1)
		void inherited(@Nullable T value) {
			calls.add("inherited " + value);
		}

		@KvHook
		@Order(2)
		void overridden() {
			calls.add("base");
		}

		@KvHook(id = "base")
		void redeclared() {
			calls.add("base");
		}

	}

	static class Derived extends Base<Item> {

		@Override
		void overridden() {
			calls.add("overridden");
		}

		@Override
		@OnKvSet(id = "again")
		@Order(3)
		void redeclared() {
			calls.add("redeclared");
		}

	}

	@Configuration
	static class Settings {

		@KvHook
		void changed() {
			calls.add("configuration " + Settings.class.getSimpleName());
		}

		@Bean
		Runnable made() {
			return new Made();
		}

	}

	static class Made implements Runnable {

		@Override
		public void run() {
		}

		@KvHook
		void changed(String key) {
			calls.add("made " + key);
		}

	}

	/** Puts a proxy with an advice around each bean that is named so. */
	public static class ProxyAll implements BeanPostProcessor, Ordered {

		private final boolean byClass;

		public ProxyAll(boolean byClass) {
			this.byClass = byClass;
		}

		@Override
		public int getOrder() {
			return 0;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (!beanName.equals("proxied")) {
				return bean;
			}
			ProxyFactory factory = new ProxyFactory(bean);
			factory.setProxyTargetClass(this.byClass);
			factory.addAdvice((MethodInterceptor) (invocation) -> {
				calls.add("advice");
				return invocation.proceed();
			});
			return factory.getProxy();
		}

	}

	interface Changed {

		void changed(String key);

	}

	static class ProxiedByInterface implements Changed {

		@Override
		@KvHook
		public void changed(String key) {
			calls.add("proxied " + key);
		}

	}

	static class WithFinalMethod {

		@KvHook
		final void changed(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ScopedHook scoped() {
			return new ScopedHook();
		}

	}

	static class ScopedHook {

		private int count;

		ScopedHook() {
			calls.add("made");
		}

		@KvHook
		void changed(String key) {
			this.count++;
			calls.add("scoped " + key + " " + this.count);
		}

	}

	@KvHook
	@Retention(RetentionPolicy.RUNTIME)
	@Repeatable(OnKeys.class)
	@interface OnKey {

		@AliasFor(annotation = KvHook.class, attribute = "keys")
		String value();

	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface OnKeys {

		OnKey[] value();

	}

	static class Repeated {

		@OnKey("a")
		@OnKey("b")
		void own(String key) {
			calls.add("own " + key);
		}

		@OnKvSet(prefix = "a")
		@OnKvSet(prefix = "b")
		void set(String key) {
			calls.add("set " + key);
		}

		@OnKvDelete(prefix = "a")
		@OnKvDelete(prefix = "b")
		@OnKvExpired(suffix = "a")
		@OnKvExpired(suffix = "b")
		void deletedOrExpired(String key) {
		}

	}

	@KvHook(events = KvEventType.SET)
	@Retention(RetentionPolicy.RUNTIME)
	@interface WhenChanged {

		@AliasFor(annotation = KvHook.class)
		String[] keys();

		@AliasFor(annotation = KvHook.class, attribute = "changes")
		KvChange how() default KvChange.CREATED;

	}

	static class Aliased {

		@WhenChanged(keys = "a", how = KvChange.UPDATED)
		void changed(String key, Integer value) {
			calls.add(key + " " + value);
		}

	}

	static class Overloaded {

		@KvHook
		void changed(String key) {
			calls.add("key");
		}

		@KvHook
		void changed(Integer value) {
			calls.add("value");
		}

	}

	@Order(5)
	static class Late {

		@KvHook
		void changed() {
			calls.add("late");
		}

		@KvHook
		@Order(1)
		void first() {
			calls.add("method of late");
		}

	}

	@Order(3)
	static class Early {

		@KvHook
		void changed() {
			calls.add("early");
		}

	}

	static class Guarding {

		@KvGuard(prefix = "first:")
		@KvGuard(prefix = "second:")
		void check(String key) {
			throw new IllegalStateException(key);
		}

	}

}
