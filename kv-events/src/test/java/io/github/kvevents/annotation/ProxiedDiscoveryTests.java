package io.github.kvevents.annotation;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;

import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.MapStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Hooks behind a proxy that the application makes itself, hooks that several interfaces
 * declare, and parameters that could be the key as well as the value.
 */
@ExtendWith(OutputCaptureExtension.class)
class ProxiedDiscoveryTests extends DiscoveryTestContext {

	private static final List<String> calls = new ArrayList<>();

	@Override
	void forgetCalls() {
		calls.clear();
	}

	private static Consumer<AnnotationConfigApplicationContext> proxied(Class<?> target, boolean lazy) {
		return (context) -> {
			context.registerBean("advice", MethodInterceptor.class, () -> (invocation) -> {
				calls.add("advice " + invocation.getMethod().getName());
				return invocation.proceed();
			});
			context.registerBean("rawTarget", target, (definition) -> definition.setLazyInit(lazy));
			context.registerBean("byFactory", ProxyFactoryBean.class, (definition) -> {
				definition.getPropertyValues().add("targetName", "rawTarget");
				definition.getPropertyValues().add("interceptorNames", "advice");
				definition.getPropertyValues().add("proxyInterfaces", Named.class.getName());
				definition.setLazyInit(lazy);
			});
		};
	}

	@Test
	void proxyFactoryBeanWithTheMethodInItsInterfaceIsCalledThroughTheProxyAndOnce() {
		start(proxied(InInterface.class, false)).set("a", 1);
		assertThat(calls).containsExactly("advice named", "named a");
		assertThat(ids()).containsExactly("byFactory.named");
	}

	@Test
	void lazyProxyFactoryBeanIsCalledThroughTheProxyAndOnce() {
		MapStore store = start(proxied(InInterface.class, true));
		store.set("a", 1);
		assertThat(calls).containsExactly("advice named", "named a");
		assertThat(ids()).containsExactly("byFactory.named");
		this.context.getDefaultListableBeanFactory().destroySingleton("rawTarget");
		assertThat(ids()).isEmpty();
	}

	@Test
	void proxyThatIsMadeAfterItsTargetReplacesItWhileTheApplicationRuns() {
		MapStore store = start((context) -> {
			context.registerBean("later", InInterface.class, (definition) -> definition.setLazyInit(true));
			context.registerBean("proxy", Named.class,
					() -> new HookDiscoveryTests.ProxyAll(false)
						.postProcessAfterInitialization(context.getBean("later"), "proxied") instanceof Named named
								? named : null,
					(definition) -> definition.setLazyInit(true));
		});
		this.context.getBean("later");
		assertThat(ids()).containsExactly("later.named");
		this.context.getBean("proxy");
		assertThat(ids()).containsExactly("proxy.named");
		store.set("a", 1);
		assertThat(calls).containsExactly("named a");
		assertThat(HookDiscoveryTests.calls).containsExactly("advice");
		HookDiscoveryTests.calls.clear();
	}

	@Test
	void methodThatTheInterfacesOfAProxyFactoryBeanDontHaveIsRefused() {
		assertThatExceptionOfType(KvHookDefinitionException.class)
			.isThrownBy(() -> start(proxied(BesideInterface.class, false)))
			.satisfies((ex) -> {
				assertThat(ex.getBeanName()).isEqualTo("byFactory");
				assertThat(ex.getMethod()).isEqualTo("BesideInterface.beside(String)");
				assertThat(ex.getDescription()).contains("can't be called on the bean's proxy");
				assertThat(ex.getAction()).contains("Declare it in an interface of the bean");
			});
	}

	@Test
	void firstOfSeveralInterfacesDecidesAsItDoesForSpringItself() throws Exception {
		MapStore store = start((context) -> context.registerBean("both", Both.class));
		Method changed = Both.class.getDeclaredMethod("changed", String.class, String.class);
		KvHook merged = Objects.requireNonNull(AnnotatedElementUtils.findMergedAnnotation(changed, KvHook.class));
		assertThat(ids()).containsExactly(merged.id()).containsExactly("first");
		store.set("one:a", "x");
		store.set("two:a", "x");
		assertThat(calls).containsExactly("both one:a x");
	}

	@ParameterizedTest
	@ValueSource(
			classes = { OfCharSequence.class, OfComparable.class, OfSerializable.class, GuardOfCharSequence.class })
	void parameterThatMayBeKeyOrValueIsRefused(Class<?> type) {
		assertThatExceptionOfType(KvHookDefinitionException.class)
			.isThrownBy(() -> start((context) -> context.registerBean("open", type)))
			.satisfies((ex) -> {
				assertThat(ex.getBeanName()).isEqualTo("open");
				assertThat(ex.getAttribute()).isEqualTo("parameter 'taken'");
				assertThat(ex.getDescription()).endsWith("which may be the key or a value");
				assertThat(ex.getAction())
					.isEqualTo("Declare the key as String, and a value that is text as @KvValue String");
			});
	}

	@Test
	void textTakenAsCharSequenceIsRefused() {
		assertThatExceptionOfType(KvHookDefinitionException.class)
			.isThrownBy(() -> start((context) -> context.registerBean("open", ValueAsCharSequence.class)))
			.satisfies((ex) -> assertThat(ex.getAction()).isEqualTo("Declare it as String"));
	}

	@Test
	void wideTypesTakeTheValue() {
		MapStore store = start((context) -> context.registerBean("wide", Wide.class));
		store.set("a", 1);
		store.set("a", 2.5);
		assertThat(calls).containsExactlyInAnyOrder("number 1", "object 1", "number 2.5", "object 2.5");
	}

	@Test
	void lazyBeanWithHooksIsReportedUnlessItIsMade(CapturedOutput output) {
		MapStore store = start((context) -> {
			context.registerBean("later", InInterface.class, (definition) -> definition.setLazyInit(true));
			context.registerBean("needed", InInterface.class, (definition) -> definition.setLazyInit(true));
			context.registerBean("user", String.class, () -> "user of " + context.getBean("needed").getClass());
			context.registerBean("plain", Object.class, (definition) -> definition.setLazyInit(true));
		});
		store.set("a", 1);
		assertThat(calls).containsExactly("named a");
		assertThat(output).containsOnlyOnce("Bean 'later' is lazy")
			.contains("aren't called before something asks for the bean")
			.doesNotContain("'needed' is lazy")
			.doesNotContain("'plain' is lazy");
		this.context.getBean("later");
		store.set("b", 1);
		assertThat(calls).containsExactly("named a", "named b", "named b");
	}

	interface Named {

		void named(String key);

	}

	static class InInterface implements Named {

		@Override
		@KvHook
		public void named(String key) {
			calls.add("named " + key);
		}

	}

	static class BesideInterface implements Named {

		@Override
		public void named(String key) {
		}

		@KvHook
		public void beside(String key) {
			calls.add("beside " + key);
		}

	}

	interface First {

		@KvHook(id = "first", prefix = "one:")
		void changed(String key, @KvValue String value);

	}

	interface Second {

		@KvHook(id = "second", prefix = "two:", events = KvEventType.DELETE)
		void changed(String key, @KvPreviousValue String value);

	}

	static class Both implements First, Second {

		@Override
		public void changed(String key, String value) {
			calls.add("both " + key + " " + value);
		}

	}

	static class OfCharSequence {

		@KvHook
		void on(CharSequence taken) {
		}

	}

	static class OfComparable {

		@KvHook
		void on(String key, Comparable<String> taken) {
		}

	}

	static class OfSerializable {

		@KvHook
		void on(Serializable taken) {
		}

	}

	static class GuardOfCharSequence {

		@KvGuard
		void on(CharSequence taken) {
		}

	}

	static class ValueAsCharSequence {

		@KvHook
		void on(String key, @KvValue CharSequence taken) {
		}

	}

	static class Wide {

		@KvHook
		void number(String key, Number value) {
			calls.add("number " + value);
		}

		@KvHook
		void object(Object value) {
			calls.add("object " + value);
		}

	}

}
