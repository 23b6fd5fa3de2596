package io.github.kvevents.annotation;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.Ordered;
import org.springframework.samples.hooks.SampleHooks;

import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.MapStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans are looked at, however they came into the context: each is called, and
 * once.
 */
@ExtendWith(OutputCaptureExtension.class)
class BeanDiscoveryTests extends DiscoveryTestContext {

	private static final List<String> calls = new ArrayList<>();

	@Override
	void forgetCalls() {
		calls.clear();
	}

	@Test
	void beanBelowTheNameOfSpring() {
		SampleHooks hooks = new SampleHooks();
		start((context) -> context.registerBean("sample", SampleHooks.class, () -> hooks)).set("a", 1);
		assertThat(hooks.keys()).containsExactly("a");
	}

	@Test
	void beanWhoseRoleIsInfrastructure() {
		start((context) -> context.register(Infrastructure.class)).set("a", 1);
		assertThat(calls).containsExactly("infrastructure a");
	}

	@Test
	void singletonThatWasRegisteredReadyMade() {
		MapStore store = start((context) -> context.getBeanFactory().registerSingleton("ready", new Named("ready")));
		store.set("a", 1);
		assertThat(calls).containsExactly("ready a");
		assertThat(ids()).containsExactly("ready.on");
	}

	@Test
	void beanThatExistsBeforeThePostProcessor() {
		start((context) -> context.register(Early.class)).set("a", 1);
		assertThat(calls).containsExactly("early a");
	}

	@Test
	void productOfAFactoryThatNobodyAsksFor() {
		MapStore store = start((context) -> context.registerBean("product", NamedFactory.class));
		store.set("a", 1);
		assertThat(calls).containsExactlyInAnyOrder("factory a", "product a");
		assertThat(ids()).containsExactlyInAnyOrder("product.made", "product.on");
	}

	@Test
	void productOfAFactoryThatWasAskedForIsCalledOnce() {
		MapStore store = start((context) -> {
			context.registerBean("product", NamedFactory.class);
			context.register(AsksForProduct.class);
		});
		store.set("a", 1);
		assertThat(calls).containsExactlyInAnyOrder("factory a", "product a");
	}

	@Test
	void factoryOfPrototypesMakesNone() {
		start((context) -> context.registerBean("products", PrototypeFactory.class)).set("a", 1);
		assertThat(calls).isEmpty();
	}

	@Test
	void beanInACircleIsCalledThroughItsProxy() {
		MapStore store = start((context) -> {
			context.register(KvHookBeanPostProcessorTests.Proxies.class);
			context.registerBean("byCircle", Circle.class);
			context.registerBean("other", Other.class);
		});
		assertThat(this.context.getBean(Other.class).circle).isSameAs(this.context.getBean("byCircle"));
		store.set("a", 1);
		assertThat(KvHookBeanPostProcessorTests.calls).containsExactly("advice");
		assertThat(calls).containsExactly("circle a");
		this.context.getDefaultListableBeanFactory().destroySingleton("byCircle");
		assertThat(ids()).isEmpty();
		KvHookBeanPostProcessorTests.calls.clear();
	}

	@Test
	void lazyBeanInACircleIsCalledThroughItsProxy() {
		MapStore store = start((context) -> {
			context.register(KvHookBeanPostProcessorTests.Proxies.class);
			context.registerBean("byCircle", Circle.class, (definition) -> definition.setLazyInit(true));
			context.registerBean("other", Other.class, (definition) -> definition.setLazyInit(true));
		});
		this.context.getBean("byCircle");
		store.set("a", 1);
		assertThat(KvHookBeanPostProcessorTests.calls).containsExactly("advice");
		assertThat(calls).containsExactly("circle a");
		KvHookBeanPostProcessorTests.calls.clear();
	}

	@Test
	void proxyOfALaterPostProcessorIsCalledThrough() {
		start((context) -> {
			context.register(Late.class);
			context.registerBean("proxied", HookDiscoveryTests.ProxiedByInterface.class);
		}).set("a", 1);
		assertThat(HookDiscoveryTests.calls).containsExactly("advice", "proxied a");
		HookDiscoveryTests.calls.clear();
	}

	@Test
	void innerBean() {
		start((context) -> {
			RootBeanDefinition outer = new RootBeanDefinition(Outer.class);
			RootBeanDefinition inner = new RootBeanDefinition(Named.class);
			inner.getConstructorArgumentValues().addGenericArgumentValue("inner");
			outer.getPropertyValues().add("inner", inner);
			context.registerBeanDefinition("outer", outer);
		}).set("a", 1);
		assertThat(calls).containsExactly("inner a");
	}

	@Test
	void beanOfAnotherProfileIsNoBean() {
		start((context) -> context.register(OtherProfile.class)).set("a", 1);
		assertThat(calls).isEmpty();
	}

	@Test
	void scopedBeanWhoseDeclaredTypeHidesTheHookIsReported(CapturedOutput output) {
		start((context) -> {
			context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			context.register(HiddenInScope.class);
		}).set("a", 1);
		assertThat(calls).isEmpty();
		this.context.getBean("hidden", Runnable.class).run();
		assertThat(output).containsOnlyOnce("Bean 'hidden' isn't called for events: ")
			.contains("Declare it with its class, for example as the return type of its @Bean method");
	}

	@Test
	void hooksOfPrototypesLeaveWithTheContext() {
		start((context) -> context.registerBean("proto", Named.class, () -> new Named("proto"),
				(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE)));
		HookEngine engine = this.context.getBean(HookEngine.class);
		this.context.getBean("proto");
		assertThat(engine.getRegistry().all()).hasSize(1);
		this.context.close();
		assertThat(engine.getRegistry().all()).isEmpty();
	}

	static class Named {

		private final String name;

		Named(String name) {
			this.name = name;
		}

		@KvHook
		void on(String key) {
			calls.add(this.name + " " + key);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Infrastructure {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		Named infrastructure() {
			return new Named("infrastructure");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Early {

		@Bean
		static OrderedPostProcessor ordered(Runnable early) {
			return new OrderedPostProcessor();
		}

		@Bean
		static Runnable early() {
			return new EarlyBean();
		}

	}

	static class EarlyBean extends Named implements Runnable {

		EarlyBean() {
			super("early");
		}

		@Override
		public void run() {
		}

	}

	static class OrderedPostProcessor implements BeanPostProcessor, Ordered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

	static class NamedFactory implements FactoryBean<Named> {

		@KvHook
		void made(String key) {
			calls.add("factory " + key);
		}

		@Override
		public Named getObject() {
			return new Named("product");
		}

		@Override
		public Class<?> getObjectType() {
			return Named.class;
		}

	}

	static class PrototypeFactory implements FactoryBean<Named> {

		@Override
		public Named getObject() {
			return new Named("prototype");
		}

		@Override
		public Class<?> getObjectType() {
			return Named.class;
		}

		@Override
		public boolean isSingleton() {
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsksForProduct {

		@Bean
		String user(Named product) {
			return "user of " + product;
		}

	}

	static class Circle {

		@Autowired
		Other other;

		@KvHook
		void changed(String key) {
			calls.add("circle " + key);
		}

	}

	static class Other {

		@Autowired
		Circle circle;

	}

	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		static LateProxies late() {
			return new LateProxies();
		}

	}

	/** Without an order, like the post-processor of hooks, and behind it. */
	static class LateProxies implements BeanPostProcessor {

		private final HookDiscoveryTests.ProxyAll proxies = new HookDiscoveryTests.ProxyAll(false);

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return this.proxies.postProcessAfterInitialization(bean, beanName);
		}

	}

	static class Outer {

		private Object inner = "";

		public void setInner(Object inner) {
			this.inner = inner;
		}

		@Override
		public String toString() {
			return "outer of " + this.inner;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Profile("elsewhere")
	static class OtherProfile {

		@Bean
		Named elsewhere() {
			return new Named("elsewhere");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenInScope {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		Runnable hidden() {
			return new EarlyBean();
		}

	}

}
