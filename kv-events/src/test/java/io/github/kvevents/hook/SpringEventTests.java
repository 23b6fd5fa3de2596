package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.fixture.PseudoTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ordinary Spring listeners receive events.
 */
class SpringEventTests {

	private static final List<String> calls = new ArrayList<>();

	private static final List<KvHookError> errors = new ArrayList<>();

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@AfterEach
	void close() {
		this.context.close();
		calls.clear();
		errors.clear();
	}

	private MapStore start(Class<?>... beans) {
		if (beans.length > 0) {
			this.context.register(beans);
		}
		this.context.refresh();
		HookEngine engine = engine();
		return new MapStore(engine);
	}

	private HookEngine engine() {
		return HookEngine.builder()
			.publisher(this.context)
			.springListeners(new SpringListeners(this.context))
			.errorHandler(errors::add)
			.build();
	}

	@Test
	void listenersReceiveByTypeAndCondition() {
		MapStore store = start(Listeners.class);
		store.set("a", 1);
		store.set("special", 1);
		store.delete("a");
		assertThat(calls).containsExactly("set a", "set special", "condition special", "deleted a");
	}

	@Test
	void hooksComeFirst() {
		this.context.register(Listeners.class);
		this.context.refresh();
		HookEngine engine = engine();
		engine.getRegistry().register(KvHookOptions.defaults(), (event) -> calls.add("hook"));
		new MapStore(engine).set("a", 1);
		assertThat(calls).containsExactly("hook", "set a");
	}

	@Test
	void whatAListenerThrowsNeverReachesTheCaller() {
		MapStore store = start(Throwing.class);
		store.set("a", 1);
		assertThat(store.get("a", Integer.class)).isEqualTo(1);
		assertThat(errors).singleElement().satisfies((error) -> {
			assertThat(error.hookId()).isEqualTo("spring-listeners");
			assertThat(error.cause()).isInstanceOf(IllegalStateException.class).hasMessage("listener");
		});
	}

	@Test
	void transactionalListenersReceiveAfterTheCommit() {
		MapStore store = start(Transactional.class);
		new TransactionTemplate(new PseudoTransactionManager()).executeWithoutResult((status) -> {
			store.set("a", 1);
			calls.add("in transaction");
		});
		assertThat(calls).containsExactly("in transaction", "committed a");
		new TransactionTemplate(new PseudoTransactionManager()).executeWithoutResult((status) -> {
			store.set("b", 1);
			status.setRollbackOnly();
		});
		assertThat(calls).doesNotContain("committed b");
	}

	@Test
	void withoutATransactionOnlyListenersThatOptInReceive() {
		MapStore store = start(Transactional.class, Fallback.class);
		store.set("a", 1);
		assertThat(calls).containsExactly("fallback a");
	}

	@Test
	void aTransactionalListenerThatThrowsUndoesNothing() {
		MapStore store = start(Transactional.class);
		new TransactionTemplate(new PseudoTransactionManager())
			.executeWithoutResult((status) -> store.set("throws", 1));
		assertThat(calls).containsExactly("committed throws");
		assertThat(store.get("throws", Integer.class)).isEqualTo(1);
	}

	@Test
	void asynchronousListenersReceiveOnTheirOwnThread() throws Exception {
		MapStore store = start(Asynchronous.class);
		store.set("a", 1);
		assertThat(Asynchronous.heard.poll(20, TimeUnit.SECONDS)).isEqualTo("listener-1 a");
		assertThat(errors).isEmpty();
	}

	@Test
	void listenersInAParentContextReceiveToo() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Listeners.class)) {
			this.context.setParent(parent);
			MapStore store = start();
			assertThat(engine().getDispatcher().hasReceivers(KvEventType.SET)).isTrue();
			store.set("a", 1);
			assertThat(calls).containsExactly("set a");
		}
	}

	@Test
	void onlyListenersThatAreMeantForItCountAsReceivers() {
		start(Everything.class);
		HookEngine engine = engine();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
		this.context.addApplicationListener(new ExpiryListener());
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
	}

	@Test
	void annotatedListenersCountByTheirType() {
		start(Listeners.class);
		HookEngine engine = engine();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.BATCH_SET)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.BATCH_DELETE)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isFalse();
	}

	@Test
	void listenersThatCallThemselvesEndToo() {
		MapStore store = start(Listeners.class);
		this.context.addApplicationListener(new LoopListener(store));
		store.set("start", 1);
		assertThat(errors).isNotEmpty()
			.allSatisfy((error) -> assertThat(error.cause()).isInstanceOf(KvHookRecursionException.class));
	}

	@Test
	void lambdasObserveWhatTheirBeanMethodDeclares() {
		start(Lambdas.class);
		HookEngine engine = engine();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
		engine.getDispatcher().deliver(MapStore.event("a").expiredByNotification());
		assertThat(calls).containsExactly("lambda a");
	}

	@Test
	void lambdasForOtherEventsObserveNothing() {
		start(OtherLambdas.class);
		HookEngine engine = engine();
		for (KvEventType type : KvEventType.values()) {
			assertThat(engine.getDispatcher().hasReceivers(type)).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { RawLambda.class, WildcardLambda.class, HiddenListener.class })
	void listenerOfWhichNothingIsKnownCountsAsObserving(Class<?> bean) {
		start(bean);
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.SET)).isTrue();
	}

	@Test
	void lambdaThatIsAddedToTheContextCountsAsObserving() {
		start();
		HookEngine engine = engine();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isFalse();
		ApplicationListener<KvExpiredEvent> listener = (event) -> calls.add("added " + event.getKey());
		this.context.addApplicationListener(listener);
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		engine.getDispatcher().deliver(MapStore.event("a").expiredByNotification());
		assertThat(calls).containsExactly("added a");
	}

	@Test
	void listenersWhoseTypeIsASuperclassesVariable() {
		start(ExpiryByVariable.class);
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(classes = { LazyListeners.class, PrototypeListeners.class, ScopedListeners.class,
			ListenersScopedByInterface.class, ProducedListeners.class })
	void listenerThatSpringMakesOnlyForItsEventCountsByItsType(Class<?> beans) {
		start(beans);
		HookEngine engine = engine();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
		assertThat(new SpringListeners(this.context).ids(KvEventType.EXPIRED))
			.containsExactly(ExpiryListener.class.getName());
		engine.getDispatcher().deliver(MapStore.event("a").expiredByNotification());
		assertThat(calls).contains("expired a");
		assertThat(new SpringListeners(this.context).ids(KvEventType.EXPIRED))
			.containsExactly(ExpiryListener.class.getName());
	}

	@Test
	void listenerThatWasRegisteredReadyMadeCounts() {
		this.context.registerBean("unrelated", Everything.class);
		this.context.getBeanFactory().registerSingleton("expiry", new ExpiryListener());
		start();
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine().getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
	}

	@Test
	void listenerBehindAJdkProxyHasTheSameIdInEachInstance() {
		start();
		ProxyFactory proxy = new ProxyFactory(new ExpiryListener());
		proxy.addInterface(ApplicationListener.class);
		this.context.addApplicationListener((ApplicationListener<?>) proxy.getProxy());
		assertThat(new SpringListeners(this.context).ids(KvEventType.EXPIRED))
			.containsExactly(ExpiryListener.class.getName());
	}

	@Test
	void lambdaThatIsLazyObservesWhatItsBeanMethodDeclares() {
		start(LazyLambdas.class);
		HookEngine engine = engine();
		SpringListeners listeners = new SpringListeners(this.context);
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isTrue();
		assertThat(engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
		assertThat(listeners.ids(KvEventType.EXPIRED)).containsExactly(LazyLambdas.class.getName());
		engine.getDispatcher().deliver(MapStore.event("a").expiredByNotification());
		assertThat(calls).containsExactly("lambda a");
		assertThat(listeners.ids(KvEventType.EXPIRED)).as("once it is made")
			.containsExactly(LazyLambdas.class.getName());
	}

	static class LoopListener implements ApplicationListener<KvSetEvent> {

		private final MapStore store;

		LoopListener(MapStore store) {
			this.store = store;
		}

		@Override
		public void onApplicationEvent(KvSetEvent event) {
			this.store.set("loop", 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Lambdas {

		@Bean
		ApplicationListener<KvExpiredEvent> lambda() {
			return (event) -> calls.add("lambda " + event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Lazy
	static class LazyLambdas {

		@Bean
		ApplicationListener<KvExpiredEvent> lambda() {
			return (event) -> calls.add("lambda " + event.getKey());
		}

		/** Spring has made this one for the first event of any type. */
		@Bean
		ApplicationListener<?> open() {
			return new Everything();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Lazy
	static class LazyListeners {

		@Bean
		ExpiryListener expiry() {
			return new ExpiryListener();
		}

		@Bean
		Everything everything() {
			return new Everything();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeListeners {

		@Bean
		@Scope("prototype")
		ExpiryListener expiry() {
			return new ExpiryListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedListeners {

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ExpiryListener expiry() {
			return new ExpiryListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListenersScopedByInterface {

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
		ExpiryListener expiry() {
			return new ExpiryListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProducedListeners {

		@Bean
		FactoryBean<ExpiryListener> expiry() {
			return new FactoryBean<>() {

				@Override
				public ExpiryListener getObject() {
					return new ExpiryListener();
				}

				@Override
				public Class<?> getObjectType() {
					return ExpiryListener.class;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherLambdas {

		@Bean
		ApplicationListener<ContextRefreshedEvent> refreshed() {
			return (event) -> event.getTimestamp();
		}

		@Bean
		static ApplicationListener<PayloadApplicationEvent<String>> payload() {
			return OtherLambdas::payload;
		}

		@Bean
		ApplicationListener<ApplicationEvent> everything() {
			return (event) -> event.getTimestamp();
		}

		private static void payload(PayloadApplicationEvent<String> event) {
			event.getPayload();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@SuppressWarnings("rawtypes")
	static class RawLambda {

		@Bean
		ApplicationListener raw() {
			return (event) -> event.getTimestamp();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WildcardLambda {

		@Bean
		ApplicationListener<?> any() {
			ApplicationListener<KvEvent> listener = (event) -> calls.add(event.getKey());
			return listener;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HiddenListener {

		@Bean
		Object hidden() {
			ApplicationListener<KvEvent> listener = (event) -> calls.add(event.getKey());
			return listener;
		}

	}

	abstract static class ByVariable<E extends ApplicationEvent> implements ApplicationListener<E> {

		@Override
		public void onApplicationEvent(E event) {
			calls.add("variable");
		}

	}

	static class ExpiryByVariable extends ByVariable<KvExpiredEvent> {

	}

	static class ExpiryListener implements ApplicationListener<KvExpiredEvent> {

		@Override
		public void onApplicationEvent(KvExpiredEvent event) {
			calls.add("expired " + event.getKey());
		}

	}

	static class Everything implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

	static class Listeners {

		@EventListener
		@Order(1)
		void set(KvSetEvent event) {
			calls.add("set " + event.getKey());
		}

		@EventListener(condition = "#event.key == 'special'")
		@Order(2)
		void condition(KvSetEvent event) {
			calls.add("condition " + event.getKey());
		}

		@EventListener
		void deleted(KvDeleteEvent event) {
			calls.add("deleted " + event.getKey());
		}

	}

	static class Throwing {

		@EventListener
		void set(KvSetEvent event) {
			throw new IllegalStateException("listener");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Transactional {

		@Bean
		PseudoTransactionManager transactionManager() {
			return new PseudoTransactionManager();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
		void committed(KvSetEvent event) {
			calls.add("committed " + event.getKey());
			if (event.getKey().equals("throws")) {
				throw new IllegalStateException("on purpose");
			}
		}

	}

	static class Fallback {

		@TransactionalEventListener(fallbackExecution = true)
		void heard(KvSetEvent event) {
			calls.add("fallback " + event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class Asynchronous {

		private static final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

		@Bean
		ThreadPoolTaskExecutor listeners() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setThreadNamePrefix("listener-");
			return executor;
		}

		@Bean
		AsyncListener asyncListener() {
			return new AsyncListener();
		}

	}

	static class AsyncListener {

		@Async
		@EventListener
		void set(KvSetEvent event) {
			Asynchronous.heard.add(Thread.currentThread().getName() + " " + event.getKey());
			throw new IllegalStateException("seen by the executor's handler, not here");
		}

	}

}
