package io.github.kvevents.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.MapPropertySource;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.fixture.NothingCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookError;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.MapStore;
import io.github.kvevents.hook.OnKvDelete;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.log.LogGapEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Annotated methods: found, bound, called, refused.
 */
public class KvHookBeanPostProcessorTests {

	static final List<String> calls = new ArrayList<>();

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@AfterEach
	void close() {
		this.context.close();
		calls.clear();
	}

	private MapStore start(Class<?>... beans) {
		return start((context) -> context.register(beans));
	}

	private MapStore start(Consumer<AnnotationConfigApplicationContext> customizer) {
		this.context.getEnvironment()
			.getPropertySources()
			.addFirst(
					new MapPropertySource("test", Map.of("app.prefix", "order:", "app.timeout", "3s", "app.id", "it")));
		this.context.register(Engine.class);
		customizer.accept(this.context);
		this.context.refresh();
		return new MapStore(this.context.getBean(HookEngine.class));
	}

	private KvHookRegistration hook(String id) {
		return this.context.getBean(HookEngine.class).getRegistry().find(id).orElseThrow();
	}

	@Test
	void parametersAreBoundInAnyOrder() {
		MapStore store = start(Parameters.class);
		store.set("order:1", List.of(new Item("tea", 2)));
		store.set("order:1", List.of(new Item("milk", 1)));
		store.delete("order:1");
		assertThat(calls).containsExactly("null|SET|order:1|[Item[name=tea, amount=2]]|KvSetEvent",
				"[Item[name=tea, amount=2]]|SET|order:1|[Item[name=milk, amount=1]]|KvSetEvent",
				"[Item[name=milk, amount=1]]|DELETE|order:1|[Item[name=milk, amount=1]]|KvDeleteEvent");
	}

	@Test
	void stringsRawBytesAndPrimitives() {
		MapStore store = start(Values.class);
		store.set("text", "hello");
		store.set("number", 42);
		assertThat(calls).containsExactly("text=hello was null", "raw \"hello\"", "raw 42", "int 42");
	}

	@Test
	void primitiveWithoutAValueIsAClearError() {
		start(Values.class);
		this.context.getBean(HookEngine.class)
			.getDispatcher()
			.deliver(MapStore.event("number").expiredByNotification());
		KvHookError error = hook("primitive").getErrors().poll(Duration.ZERO);
		assertThat(error).isNotNull();
		assertThat(error.cause()).hasMessage("Parameter 'value' of type 'int' can't take the value of key 'number': "
				+ "there is none or it isn't known. Take the boxed type instead");
	}

	@Test
	void eventSubclassNarrowsTheEvents() {
		start((context) -> context.registerBean("narrow", Narrow.class));
		assertThat(hook("narrow.deleted").getOptions().getEvents()).containsExactly(KvEventType.DELETE,
				KvEventType.BATCH_DELETE);
	}

	@Test
	void metaAnnotationsRepeatAndResolve() {
		MapStore store = start((context) -> {
			context.registerBean("meta", Meta.class);
			context.registerBean("even", KeyFilter.class, () -> (key) -> key.length() % 2 == 0);
		});
		store.set("order:1", 1);
		store.set("order:22", 1);
		store.delete("order:22");
		assertThat(calls).containsExactly("own order:1", "set order:22", "own order:22", "own order:22",
				"deleted order:22");
		assertThat(hook("it").getOptions().getTimeout()).isEqualTo(Duration.ofSeconds(3));
		assertThat(hook("it").getBeanName()).isEqualTo("meta");
		assertThat(hook("it").getMethodName()).isEqualTo("set");
		assertThat(hook("meta.deleted").getOptions().getEvents()).containsExactly(KvEventType.DELETE,
				KvEventType.BATCH_DELETE);
		assertThat(hook("meta.expired").getOptions().isAsync()).isTrue();
		assertThat(hook("meta.repeated")).isNotSameAs(hook("meta.repeated#2"));
	}

	@Test
	void orderOfMethodsHolds() {
		MapStore store = start(Ordered.class);
		store.set("a", 1);
		assertThat(calls).containsExactly("first", "second", "last");
	}

	@Test
	void proxiesAreCalledThrough() {
		MapStore store = start((context) -> {
			context.register(Proxies.class);
			context.registerBean("byClass", ByClass.class);
			context.registerBean("byInterface", ByInterface.class);
		});
		store.set("a", 1);
		assertThat(calls).containsExactlyInAnyOrder("advice", "class a", "advice", "interface a");
		this.context.getDefaultListableBeanFactory().destroySingleton("byClass");
		calls.clear();
		store.set("b", 1);
		assertThat(calls).containsExactlyInAnyOrder("advice", "interface b");
	}

	@Test
	void lazyAndPrototypeBeansHookWhenMade() {
		MapStore store = start((context) -> context.registerBean("proto", Proto.class,
				(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE)));
		store.set("a", 1);
		assertThat(calls).isEmpty();
		this.context.getBean("proto");
		this.context.getBean("proto");
		store.set("b", 1);
		assertThat(calls).containsExactly("b", "b");
		assertThat(this.context.getBean(HookEngine.class).getRegistry().all()).extracting(KvHookRegistration::getId)
			.containsExactly("proto", "proto#2");
	}

	@Test
	void hookOfABeanThatEndsIsRemoved() {
		MapStore store = start((context) -> context.registerBean("narrow", Narrow.class));
		HookEngine engine = this.context.getBean(HookEngine.class);
		this.context.close();
		assertThat(engine.getRegistry().all()).isEmpty();
		store.set("a", 1);
		assertThat(calls).isEmpty();
	}

	@Test
	void guardWhoseValueTheCodecReturnsAsNullRefuses() {
		MapStore store = start((context) -> {
			context.registerBean("hookEngine", HookEngine.class,
					() -> HookEngine.builder().codec(new NothingCodec()).build());
			context.registerBean("guards", AnyGuard.class);
		});
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> store.set("order:1", 5))
			.withCauseInstanceOf(KvCodecException.class)
			.withStackTraceContaining("The codec returned null");
		assertThat(calls).isEmpty();
	}

	@Test
	void guardVetoes() {
		MapStore store = start((context) -> context.registerBean("guards", Guards.class));
		store.set("order:1", 5);
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> store.set("order:1", 99))
			.withMessageStartingWith("Guard 'guards.limit' refused SET of key 'order:1'")
			.withCauseInstanceOf(IllegalArgumentException.class)
			.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo("order:1"));
		assertThat(store.get("order:1", Integer.class)).isEqualTo(5);
		store.set("free:1", 99);
		store.delete("order:1");
		assertThat(calls).containsExactly("SET order:1 5", "SET order:1 99", "DELETE order:1 null");
	}

	private void refused(Class<?> bean, String attribute, String description, String action) {
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start((context) -> {
			context.registerBean("broken", bean);
			context.registerBean("text", String.class, () -> "no filter");
		})).satisfies((ex) -> {
			assertThat(ex.getBeanName()).isEqualTo("broken");
			assertThat(ex.getMethod()).startsWith(bean.getSimpleName() + ".hook(");
			assertThat(ex.getAttribute()).isEqualTo(attribute);
			assertThat(ex.getDescription()).startsWith(description);
			assertThat(ex.getAction()).startsWith(action);
			assertThat(ex).hasMessageContaining("Bean 'broken', method '" + bean.getSimpleName() + ".hook(")
				.hasMessageContaining(description);
		});
	}

	@Test
	void badRegex() {
		refused(BadRegex.class, "@KvHook(regex)", "'regex' must be a valid RE2 expression but was 'a(': ",
				"Correct the expression");
	}

	@Test
	void unknownFilter() {
		refused(UnknownFilter.class, "@KvHook(filter)", "there is no bean 'nowhere'", "Declare a bean of type");
	}

	@Test
	void filterOfAnotherType() {
		refused(WrongFilter.class, "@KvHook(filter)", "bean 'text' is a java.lang.String and no KeyFilter",
				"Name a bean of type");
	}

	@Test
	void timeouts() {
		refused(AsyncTimeout.class, "@KvHook(timeout)", "'2s' is set for an asynchronous hook", "Remove the timeout");
	}

	@Test
	void unreadableTimeout() {
		refused(UnreadableTimeout.class, "@KvHook(timeout)", "'soon' is not a duration", "Write for example '2s'");
	}

	@Test
	void negativeTimeout() {
		refused(NegativeTimeout.class, "@KvHook(timeout)", "'-2s' is not more than zero", "Set one that is");
	}

	@Test
	void everyInstance() {
		refused(EveryInstance.class, "@KvHook(scope)", "EVERY_INSTANCE needs the change log, which is switched off",
				"Set 'kv.events.log.enabled=true', or leave the scope at ONE_INSTANCE");
	}

	@Test
	void returnValue() {
		refused(Returns.class, "return type", "it is 'String'", "Return void");
	}

	@Test
	void staticMethod() {
		refused(Static.class, "modifier 'static'", "a static method belongs to no bean", "Make it an instance method");
	}

	@Test
	void secondKey() {
		refused(TwoStrings.class, "parameter 'other'", "it is a second key", "A String is the key: annotate");
	}

	@Test
	void secondValue() {
		refused(TwoValues.class, "parameter 'other'", "it is a second value", "Take at most one value");
	}

	@Test
	void changeAsParameter() {
		refused(ChangeParameter.class, "parameter 'change'", "it is a KvChange, which no parameter can take",
				"Take the KvEvent and ask it");
	}

	@Test
	void eventOfAnotherKindAsParameter() {
		refused(GapParameter.class, "parameter 'gap'", "it is a LogGapEvent, an event that comes another way",
				"Take it in a method with @EventListener");
	}

	@Test
	void contradictingEvents() {
		refused(ContradictingEvents.class, "@KvHook(events)",
				"[SET] are never a KvDeleteEvent, which parameter 'event' takes", "Change one of the two");
	}

	@Test
	void contradictingChanges() {
		refused(ContradictingChanges.class, "@KvHook(changes)", "[CREATED] never come with [DELETE]",
				"Only a delete or an expiry is REMOVED");
	}

	@Test
	void contradictingKeys() {
		refused(ContradictingKeys.class, "@KvHook(keys)", "[b] are excluded by the other attributes",
				"All attributes that choose keys must match");
	}

	@Test
	void blankPrefix() {
		refused(BlankPrefix.class, "@KvHook(prefix)", "' ' is blank", "Remove the element");
	}

	@Test
	void unresolvablePlaceholder() {
		refused(Unresolvable.class, "@KvHook(prefix)", "'${no.such}' has a placeholder that can't be resolved",
				"Set the property");
	}

	@Test
	void duplicateId() {
		refused(DuplicateId.class, "@KvHook(id)", "there is another hook with the id 'same'",
				"Ids must be unique: choose another one");
	}

	@Test
	void guardOfExpiry() {
		refused(GuardOfExpiry.class, "@KvGuard(events)", "EXPIRED can't be guarded", "Remove it, or use @KvHook");
	}

	@Test
	void guardWithEvent() {
		refused(GuardWithEvent.class, "parameter 'event'", "a guard has no event", "Take the key");
	}

	@Test
	void guardWithPrimitive() {
		refused(GuardWithPrimitive.class, "parameter 'value'", "a delete has no value, and 'int' can't be null",
				"Take the boxed type");
	}

	@Test
	void methodThatTheProxyLacks() {
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start((context) -> {
			context.register(Proxies.class);
			context.registerBean("byInterface", NotInInterface.class);
		}))
			.withMessageContaining("visibility: the method can't be called on the bean's proxy. Declare it in an "
					+ "interface of the bean");
	}

	record Item(String name, int amount) {
	}

	@Configuration(proxyBeanMethods = false)
	public static class Engine {

		@Bean
		HookEngine hookEngine() {
			return HookEngine.builder().codec(MapStore.CODEC).build();
		}

		@Bean
		static PropertySourcesPlaceholderConfigurer placeholders() {
			return new PropertySourcesPlaceholderConfigurer();
		}

		@Bean
		static KvHookBeanPostProcessor hooks(ObjectProvider<HookEngine> engine) {
			return new KvHookBeanPostProcessor(engine);
		}

	}

	static class Parameters {

		@KvHook(prefix = "order:")
		void any(@KvPreviousValue @Nullable List<Item> before, KvEventType type, String key, List<Item> value,
				KvEvent event) {
			calls.add(before + "|" + type + "|" + key + "|" + value + "|" + event.getClass().getSimpleName());
		}

	}

	static class Values {

		@KvHook(keys = "text")
		@Order(1)
		void text(@KvValue String value, String key, @KvPreviousValue @Nullable String before) {
			calls.add(key + "=" + value + " was " + before);
		}

		@KvHook(KvEventType.SET)
		@Order(2)
		void raw(byte[] value) {
			calls.add("raw " + new String(value, StandardCharsets.UTF_8));
		}

		@KvHook(id = "primitive", keys = "number")
		@Order(3)
		void primitive(int value) {
			calls.add("int " + value);
		}

	}

	static class Narrow {

		@KvHook
		void deleted(KvDeleteEvent event) {
			calls.add("deleted");
		}

	}

	@KvHook(prefix = "${app.prefix}")
	@Retention(RetentionPolicy.RUNTIME)
	@interface OnOrder {

	}

	static class Meta {

		@OnKvSet(id = "${app.id}", prefix = "${app.prefix}", filter = "even", timeout = "${app.timeout}")
		@Order(1)
		void set(String key) {
			calls.add("set " + key);
		}

		@OnOrder
		@Order(2)
		void own(String key) {
			calls.add("own " + key);
		}

		@OnKvDelete
		@Order(3)
		void deleted(String key) {
			calls.add("deleted " + key);
		}

		@OnKvExpired(async = true)
		void expired(KvExpiredEvent event) {
		}

		@KvHook(prefix = "x")
		@KvHook(prefix = "y")
		void repeated() {
		}

	}

	static class Ordered {

		@KvHook
		void last() {
			calls.add("last");
		}

		@OnKvSet
		@Order(7)
		void second() {
			calls.add("second");
		}

		@OnKvSet
		@Order(-3)
		void first() {
			calls.add("first");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxies {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("by*");
			creator.setInterceptorNames("advice");
			return creator;
		}

		@Bean
		static MethodInterceptor advice() {
			return (invocation) -> {
				if (invocation.getMethod().getName().equals("changed")) {
					calls.add("advice");
				}
				return invocation.proceed();
			};
		}

	}

	static class ByClass {

		private final String name = "class ";

		@OnKvSet
		void changed(String key) {
			calls.add(this.name + key);
		}

	}

	interface Listener {

		void changed(String key);

	}

	static class ByInterface implements Listener {

		@Override
		@OnKvSet
		public void changed(String key) {
			calls.add("interface " + key);
		}

	}

	static class NotInInterface implements Listener {

		@Override
		public void changed(String key) {
		}

		@OnKvSet
		void missing(String key) {
		}

	}

	static class Proto {

		@KvHook(id = "proto")
		void changed(String key) {
			calls.add(key);
		}

	}

	static class Guards {

		@KvGuard(prefix = "${app.prefix}")
		void limit(String key, KvEventType type, @Nullable Integer value) {
			calls.add(type + " " + key + " " + value);
			if (value != null && value > 10) {
				throw new IllegalArgumentException("too many");
			}
		}

	}

	static class BadRegex {

		@KvHook(regex = "a(")
		void hook() {
		}

	}

	static class UnknownFilter {

		@KvHook(filter = "nowhere")
		void hook() {
		}

	}

	static class WrongFilter {

		@KvHook(filter = "text")
		void hook() {
		}

	}

	static class AsyncTimeout {

		@KvHook(async = true, timeout = "2s")
		void hook() {
		}

	}

	static class UnreadableTimeout {

		@KvHook(timeout = "soon")
		void hook() {
		}

	}

	static class NegativeTimeout {

		@KvHook(timeout = "-2s")
		void hook() {
		}

	}

	static class EveryInstance {

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void hook() {
		}

	}

	static class Returns {

		@KvHook
		String hook() {
			return "";
		}

	}

	static class Static {

		@KvHook
		static void hook() {
		}

	}

	static class TwoStrings {

		@KvHook
		void hook(String key, String other) {
		}

	}

	static class TwoValues {

		@KvHook
		void hook(Item value, Integer other) {
		}

	}

	static class GapParameter {

		@KvHook
		void hook(LogGapEvent gap) {
		}

	}

	static class ChangeParameter {

		@KvHook
		void hook(KvChange change) {
		}

	}

	static class ContradictingEvents {

		@KvHook(events = KvEventType.SET)
		void hook(KvDeleteEvent event) {
		}

	}

	static class ContradictingChanges {

		@KvHook(events = KvEventType.DELETE, changes = KvChange.CREATED)
		void hook() {
		}

	}

	static class ContradictingKeys {

		@KvHook(prefix = "a", keys = "b")
		void hook() {
		}

	}

	static class BlankPrefix {

		@KvHook(prefix = { "a", " " })
		void hook() {
		}

	}

	static class Unresolvable {

		@KvHook(prefix = "${no.such}")
		void hook() {
		}

	}

	static class DuplicateId {

		@KvHook(id = "same")
		void hook() {
		}

		@KvHook(id = "same")
		void hook(KvSetEvent event) {
		}

	}

	static class AnyGuard {

		@KvGuard
		void check(@KvValue String value) {
			calls.add("guard " + value);
		}

	}

	static class GuardOfExpiry {

		@KvGuard(KvEventType.EXPIRED)
		void hook() {
		}

	}

	static class GuardWithEvent {

		@KvGuard
		void hook(KvSetEvent event) {
		}

	}

	static class GuardWithPrimitive {

		@KvGuard
		void hook(int value) {
		}

	}

}
