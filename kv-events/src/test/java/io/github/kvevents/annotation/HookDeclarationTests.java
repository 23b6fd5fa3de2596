package io.github.kvevents.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.MapStore;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the declaration of a method says, wherever its parts stand, and what is refused.
 */
@ExtendWith(OutputCaptureExtension.class)
class HookDeclarationTests extends DiscoveryTestContext {

	private static final List<String> calls = new ArrayList<>();

	@Override
	void forgetCalls() {
		calls.clear();
	}

	private MapStore start(Class<?> bean) {
		return start((context) -> context.registerBean("bean", bean));
	}

	private KvHookDefinitionException refused(Consumer<AnnotationConfigApplicationContext> customizer) {
		List<KvHookDefinitionException> thrown = new ArrayList<>();
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start(customizer))
			.satisfies(thrown::add);
		return thrown.get(0);
	}

	@ParameterizedTest
	@ValueSource(classes = { Implementation.class, Subclass.class, ImplementedByInheritance.class, Repeating.class })
	void annotationsOfOverriddenParametersCount(Class<?> bean) {
		MapStore store = start(bean);
		store.set("a", "old");
		store.set("a", "new");
		assertThat(calls).containsExactly("a null -> old", "a old -> new");
	}

	@Test
	void annotationOfTheOverridingParameterReplacesTheOverriddenOne() {
		MapStore store = start(Redefining.class);
		store.set("a", "old");
		store.set("a", "new");
		assertThat(calls).containsExactly("a null -> old", "a old -> new");
	}

	@Test
	void annotationsOfOverriddenParametersCountForGuards() {
		MapStore store = start(GuardImplementation.class);
		store.set("a", "good");
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> store.set("a", "bad"));
		assertThat(calls).containsExactly("check good", "check bad");
	}

	@Test
	void orderIsFoundWhereTheHookIs() {
		MapStore store = start((context) -> {
			context.registerBean("second", Unordered.class);
			context.registerBean("first", OrderedByInterface.class);
		});
		store.set("a", "x");
		assertThat(calls).containsExactly("ordered", "unordered");
	}

	@Test
	void repeatedAnnotationsOfAnInterfaceMethodAllCount() {
		MapStore store = start(RepeatedByInterface.class);
		store.set("a:1", "x");
		store.set("b:1", "x");
		store.set("c:1", "x");
		assertThat(calls).containsExactly("repeated a:1", "repeated b:1");
	}

	@Test
	void variableThatIsAnEventTakesTheEvent() {
		MapStore store = start(EventVariable.class);
		store.set("a", "x");
		store.delete("a");
		assertThat(calls).containsExactly("KvDeleteEvent");
		assertThat(hook("bean.on").getErrors().drain()).isEmpty();
		assertThat(hook("bean.on").getOptions().getEvents()).containsExactly(KvEventType.DELETE,
				KvEventType.BATCH_DELETE);
	}

	@Test
	void boundedVariableThatNothingResolvesIsItsBound() {
		MapStore store = start(GenericMethod.class);
		store.set("a", "x");
		assertThat(calls).containsExactly("KvSetEvent");
	}

	@Test
	void variableThatIsAStringTakesTheKey() {
		MapStore store = start(KeyAndValue.class);
		store.set("a", new Item("tea"));
		assertThat(calls).containsExactly("a=Item[name=tea]");
	}

	@ParameterizedTest
	@ValueSource(classes = { InheritedText.class, OverriddenText.class })
	void besideAPlainKeyAVariableThatIsAStringTakesTheValue(Class<?> bean) {
		MapStore store = start(bean);
		store.set("a", "tea");
		assertThat(calls).containsExactly("a=tea");
	}

	@Test
	void variablesWithinOtherTypesAreResolved() {
		MapStore store = start(Nested.class);
		store.set("a", List.of(new Item("tea")));
		assertThat(calls).containsExactly("list Item[name=tea]", "array Item[name=tea]");
	}

	@Test
	void definitionOfTheBeanResolvesWhatItsClassLeavesOpen() {
		MapStore store = start((context) -> context.register(GenericBean.class));
		store.set("a", new Item("tea"));
		assertThat(calls).containsExactly("a=Item[name=tea]");
	}

	@Test
	void declarationOfALambdaBeanResolvesItsParameters() {
		MapStore store = start((context) -> context.register(Lambdas.class));
		store.set("a", new Item("tea"));
		store.set("list", List.of(new Item("tea")));
		assertThat(calls).containsExactly("guard Item", "lambda Item", "reference Item", "bounded Item",
				"open LinkedHashMap", "list Item");
	}

	@Test
	void declarationResolvesWhatASubclassLeavesOpen() {
		MapStore store = start((context) -> context.register(GenericSubclasses.class));
		store.set("a", new Item("tea"));
		assertThat(calls).containsExactly("a=Item[name=tea]", "overridden Item");
	}

	@Test
	void variableThatNothingResolvesIsRefused() {
		KvHookDefinitionException refused = refused((context) -> context.registerBean("bean", Open.class));
		assertThat(refused).hasMessageContaining("parameter 'value'")
			.hasMessageContaining("type variable 'T', which nothing resolves");
	}

	@Test
	void methodOfAGenericInterfaceIsCalledThroughItsProxy() {
		MapStore store = start((context) -> {
			context.registerBean("proxies", HookDiscoveryTests.ProxyAll.class,
					() -> new HookDiscoveryTests.ProxyAll(false));
			context.registerBean("proxied", ItemChanged.class);
		});
		store.set("a", new Item("tea"));
		assertThat(calls).containsExactly("proxied Item[name=tea]");
		assertThat(HookDiscoveryTests.calls).containsExactly("advice");
		HookDiscoveryTests.calls.clear();
	}

	@Test
	void privateMethodWorksWithoutAProxy() {
		start(WithPrivate.class).set("a", "x");
		assertThat(calls).containsExactly("private");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void privateMethodIsRefusedBehindAProxy(boolean byClass) {
		KvHookDefinitionException refused = refused((context) -> {
			context.registerBean("proxies", HookDiscoveryTests.ProxyAll.class,
					() -> new HookDiscoveryTests.ProxyAll(byClass));
			context.registerBean("proxied", WithPrivate.class);
		});
		assertThat(refused.getAttribute()).isEqualTo("modifier 'private'");
		assertThat(refused.getDescription())
			.isEqualTo("the bean has a proxy, and a private method can't be called through it");
		assertThat(refused.getAction()).startsWith("Make the method not private");
	}

	@Test
	void suspendFunctionIsRefused() throws Exception {
		Class<?> bean = suspending();
		KvHookDefinitionException refused = refused((context) -> context.registerBean("bean", bean));
		assertThat(refused.getAttribute()).isEqualTo("modifier 'suspend'");
		assertThat(refused.getDescription()).startsWith("a suspend function isn't supported");
	}

	/**
	 * What the Kotlin compiler makes of {@code suspend fun on(key: String)}.
	 */
	private static Class<?> suspending() {
		DynamicType.Unloaded<?> continuation = new ByteBuddy().makeInterface()
			.name("kotlin.coroutines.Continuation")
			.make();
		return new ByteBuddy().subclass(Object.class)
			.name("app.Suspending")
			.modifiers(Visibility.PUBLIC)
			.defineMethod("on", Object.class, Visibility.PUBLIC)
			.withParameters(TypeDescription.ForLoadedType.of(String.class), continuation.getTypeDescription())
			.intercept(FixedValue.nullValue())
			.annotateMethod(AnnotationDescription.Builder.ofType(KvHook.class).build())
			.make()
			.include(continuation)
			.load(HookDeclarationTests.class.getClassLoader())
			.getLoaded();
	}

	@ParameterizedTest
	@ValueSource(classes = { AsyncExpiry.class, AsyncClass.class, MetaAsync.class, AsyncByInterface.class })
	void asyncIsRefusedForHooksOfExpiries(Class<?> bean) {
		KvHookDefinitionException refused = refused((context) -> context.registerBean("bean", bean));
		assertThat(refused.getAttribute()).isEqualTo("annotation @Async");
		assertThat(refused.getDescription()).startsWith("the method returns before it has run: an expiry would be");
		assertThat(refused.getAction()).contains("@KvHook(async = true)");
	}

	@Test
	void annotationThatTheApplicationMadeAsynchronousIsRefused() {
		assertThat(refused((context) -> context.register(OwnAsync.class)).getAttribute())
			.isEqualTo("annotation @Async");
	}

	@Test
	void asyncIsLeftToHooksThatPromiseNothing() {
		start(AsyncSet.class).set("a", "x");
		assertThat(calls).containsExactly("async set");
	}

	@Test
	void asyncIsRefusedForGuards() {
		KvHookDefinitionException refused = refused((context) -> context.registerBean("bean", AsyncGuard.class));
		assertThat(refused.getAttribute()).isEqualTo("annotation @Async");
		assertThat(refused.getDescription()).contains("would veto nothing");
	}

	@Test
	void patternsAndExpressionsThatAreTakenLiterallyAreWarnedOf(CapturedOutput output) {
		start(Literal.class).set("a:1", "x");
		assertThat(calls).isEmpty();
		assertThat(output)
			.contains("Bean 'bean', method 'Literal.pattern()', @KvHook(prefix): 'a:*' has a '*', which "
					+ "stands for itself. ")
			.contains("method 'Literal.expression()', @KvHook(keys): '#{systemProperties['x']}' is taken as it stands. "
					+ "Expressions '#{...}' aren't evaluated")
			.contains("method 'Literal.guard()', @KvGuard(suffix): '*:x' has a '*'")
			.doesNotContain("plain()");
	}

	private KvHookRegistration hook(String id) {
		return this.context.getBean(HookEngine.class).getRegistry().find(id).orElseThrow();
	}

	record Item(String name) {
	}

	interface Declared {

		@KvHook
		void on(@KvPreviousValue @Nullable String before, String key, @KvValue String now);

	}

	static class Implementation implements Declared {

		@Override
		public void on(@Nullable String before, String key, String now) {
			calls.add(key + " " + before + " -> " + now);
		}

	}

	abstract static class Superclass {

		@KvHook
		void on(@KvPreviousValue @Nullable String before, String key, @KvValue String now) {
		}

	}

	static class Subclass extends Superclass {

		@Override
		void on(@Nullable String before, String key, String now) {
			calls.add(key + " " + before + " -> " + now);
		}

	}

	static class Unrelated {

		public void on(@Nullable String before, String key, String now) {
			calls.add(key + " " + before + " -> " + now);
		}

	}

	static class ImplementedByInheritance extends Unrelated implements Declared {

	}

	static class Repeating implements Declared {

		@Override
		@KvHook
		public void on(@Nullable String before, String key, String now) {
			calls.add(key + " " + before + " -> " + now);
		}

	}

	static class Redefining implements Declared {

		@Override
		public void on(@KvValue @Nullable String first, String key, @KvPreviousValue @Nullable String third) {
			calls.add(key + " " + third + " -> " + first);
		}

	}

	interface DeclaredGuard {

		@KvGuard
		void check(@KvValue String value);

	}

	static class GuardImplementation implements DeclaredGuard {

		@Override
		public void check(String value) {
			calls.add("check " + value);
			if (value.equals("bad")) {
				throw new IllegalArgumentException(value);
			}
		}

	}

	static class Unordered {

		@KvHook
		void on() {
			calls.add("unordered");
		}

	}

	interface WithOrder {

		@KvHook
		@Order(1)
		void on();

	}

	static class Plain {

		public void on() {
			calls.add("ordered");
		}

	}

	static class OrderedByInterface extends Plain implements WithOrder {

	}

	interface WithRepeated {

		@KvHook(prefix = "a:")
		@KvHook(prefix = "b:")
		void on(String key);

	}

	static class RepeatedByInterface implements WithRepeated {

		@Override
		public void on(String key) {
			calls.add("repeated " + key);
		}

	}

	abstract static class ForEvents<E> {

		@KvHook
		void on(E event) {
			calls.add(event.getClass().getSimpleName());
		}

	}

	static class EventVariable extends ForEvents<KvDeleteEvent> {

	}

	static class GenericMethod {

		@KvHook
		<E extends KvEvent> void on(E event) {
			calls.add(event.getClass().getSimpleName());
		}

	}

	abstract static class Pairs<K, V> {

		@KvHook
		void on(K key, V value) {
			calls.add(key + "=" + value);
		}

	}

	static class KeyAndValue extends Pairs<String, Item> {

	}

	abstract static class Values<T> {

		@KvHook
		void on(String key, T value) {
			calls.add(key + "=" + value);
		}

	}

	static class InheritedText extends Values<String> {

	}

	static class OverriddenText extends Values<String> {

		@Override
		void on(String key, String value) {
			calls.add(key + "=" + value);
		}

	}

	abstract static class Lists<T> {

		@KvHook
		@Order(1)
		void list(List<? extends T> value) {
			calls.add("list " + value.get(0));
		}

		@KvHook
		@Order(2)
		void array(T[] value) {
			calls.add("array " + value[0]);
		}

	}

	static class Nested extends Lists<Item> {

	}

	static class Generic<T> extends Values<T> {

	}

	@Configuration(proxyBeanMethods = false)
	static class GenericBean {

		@Bean
		Generic<Item> items() {
			return new Generic<>();
		}

	}

	interface OnValue<T> {

		@KvHook(keys = "a")
		void on(String key, T value);

	}

	interface OnList<T> {

		@KvHook(keys = "list")
		void on(String key, List<T> value);

	}

	interface Checked<T> {

		@KvGuard(keys = "a")
		void check(String key, T value);

	}

	@Configuration(proxyBeanMethods = false)
	static class Lambdas {

		@Bean
		Checked<Item> guard() {
			return (key, value) -> note("guard", value);
		}

		@Bean
		OnValue<Item> lambda() {
			return (key, value) -> note("lambda", value);
		}

		@Bean
		OnValue<Item> reference() {
			return Lambdas::changed;
		}

		@Bean
		OnValue<? extends Item> bounded() {
			OnValue<Item> bounded = (key, value) -> note("bounded", value);
			return bounded;
		}

		@Bean
		OnValue<?> open() {
			OnValue<Object> open = (key, value) -> note("open", value);
			return open;
		}

		@Bean
		OnList<Item> list() {
			return (key, value) -> note("list", value.get(0));
		}

		private static void changed(String key, Item item) {
			note("reference", item);
		}

		private static void note(String bean, Object value) {
			calls.add(bean + " " + value.getClass().getSimpleName());
		}

	}

	static class Overriding<T> extends Generic<T> {

		@Override
		void on(String key, T value) {
			Lambdas.note("overridden", value);
		}

	}

	static class Inheriting<T> extends Generic<T> {

	}

	@Configuration(proxyBeanMethods = false)
	static class GenericSubclasses {

		@Bean
		Generic<Item> inheriting() {
			return new Inheriting<>();
		}

		@Bean
		Generic<Item> overriding() {
			return new Overriding<>();
		}

	}

	static class Open {

		@KvHook
		<T> void on(T value) {
		}

	}

	interface Changed<T> {

		void changed(T value);

	}

	static class ItemChanged implements Changed<Item> {

		@Override
		@KvHook
		public void changed(Item value) {
			calls.add("proxied " + value);
		}

	}

	static class WithPrivate implements Runnable {

		@Override
		public void run() {
		}

		@KvHook
		@SuppressWarnings("UnusedMethod")
		private void on() {
			calls.add("private");
		}

	}

	static class AsyncExpiry {

		@Async
		@OnKvExpired
		void on(String key) {
		}

	}

	@Async
	static class AsyncClass {

		@KvHook
		void on(KvEvent event) {
		}

	}

	@Async("pool")
	@Retention(RetentionPolicy.RUNTIME)
	@interface InBackground {

	}

	static class MetaAsync {

		@InBackground
		@KvHook
		void on(String key) {
		}

	}

	@Async
	interface AsyncInterface {

		void on(String key);

	}

	static class AsyncByInterface implements AsyncInterface {

		@Override
		@OnKvExpired
		public void on(String key) {
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface Elsewhere {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(annotation = Elsewhere.class)
	static class OwnAsync {

		@Bean
		ElsewhereExpiry bean() {
			return new ElsewhereExpiry();
		}

	}

	static class ElsewhereExpiry {

		@Elsewhere
		@OnKvExpired
		void on(String key) {
		}

	}

	static class AsyncSet {

		@Async
		@OnKvSet
		void on(KvSetEvent event) {
			calls.add("async set");
		}

	}

	static class AsyncGuard {

		@Async
		@KvGuard
		void on(String key) {
		}

	}

	static class Literal {

		@KvHook(prefix = "a:*")
		void pattern() {
			calls.add("pattern");
		}

		@KvHook(keys = "#{systemProperties['x']}")
		void expression() {
			calls.add("expression");
		}

		@KvGuard(suffix = "*:x")
		void guard() {
			calls.add("guard");
		}

		@KvHook(prefix = "b:", regex = "^b:.*[#]{2}")
		void plain() {
			calls.add("plain");
		}

	}

}
