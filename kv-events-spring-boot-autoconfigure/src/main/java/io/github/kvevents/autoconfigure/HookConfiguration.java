package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.util.ClassUtils;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;
import io.github.kvevents.annotation.KvHookBeanPostProcessor;
import io.github.kvevents.autoconfigure.ChangeLogConfiguration.LogGapPublisher;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookEngineBuilder;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.SpringListeners;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.support.DaemonThreads;

/**
 * Hooks and guards.
 */
@Configuration(proxyBeanMethods = false)
class HookConfiguration {

	/**
	 * Each context has its own, since it processes the beans of one: those of a child are
	 * registered in the engine of the parent.
	 */
	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static KvHookBeanPostProcessor kvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		return new KvHookBeanPostProcessor(engine);
	}

	@Bean
	static LazyInitializationExcludeFilter kvHookLazyInitializationExcludeFilter(BeanFactory beanFactory) {
		return new HookLazyInitializationExcludeFilter(beanFactory);
	}

	@Bean
	@ConditionalOnMissingBean
	HookEngine kvHookEngine(KvEventsProperties properties, ObjectProvider<KvCodec> codec,
			AbstractApplicationContext context, ObjectProvider<KvHookErrorHandler> errorHandler,
			ObjectProvider<ObservationRegistry> observationRegistry,
			ObjectProvider<HookEngineBuilderCustomizer> customizers) {
		HookEngineBuilder builder = HookEngine.builder()
			.settings(properties.hooks().toSettings())
			.publisher(context)
			.springListeners(new SpringListeners(context))
			.codec(LazyCodec.of(codec))
			.lazyErrorHandler(errorHandler::getIfAvailable)
			.changeLog(properties.log().enabled())
			.lastValues(properties.expiry().tracking().lastValue() != LastValueMode.NEVER);
		observationRegistry.ifAvailable(builder::observationRegistry);
		if (Threading.VIRTUAL.isActive(context.getEnvironment())) {
			builder.threadFactory(
					DaemonThreads.detached(new VirtualThreadTaskExecutor("kv-hook-").getVirtualThreadFactory()));
		}
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	/**
	 * Beans that may use the template themselves are created after all others; a failure
	 * stops start-up.
	 */
	@Bean
	SmartInitializingSingleton kvLateBeans(ObjectProvider<KvCodec> codec,
			ObjectProvider<KvHookErrorHandler> errorHandler) {
		return () -> {
			codec.getObject();
			errorHandler.getIfAvailable();
		};
	}

	/**
	 * Only if a parent context has the engine.
	 */
	@Bean
	@ConditionalOnMissingBean(value = { HookEngine.class, ChildContextListeners.class },
			search = SearchStrategy.CURRENT)
	ChildContextListeners kvChildContextListeners(HookEngine engine, ObjectProvider<LogGapPublisher> gaps,
			AbstractApplicationContext context) {
		return new ChildContextListeners(engine, gaps, context);
	}

	@Bean
	@ConditionalOnMissingBean
	KeepAliveCheck kvKeepAliveCheck(HookEngine engine, ObjectProvider<KvListenerRegistry> listeners) {
		return new KeepAliveCheck(() -> engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)
				|| engine.getRegistry()
					.all()
					.stream()
					.anyMatch((hook) -> hook.getOptions().getScope() == KvHookScope.EVERY_INSTANCE)
				|| listeners.stream().anyMatch((registry) -> !registry.all().isEmpty()));
	}

	@Bean
	@ConditionalOnMissingBean
	KvHookRegistry kvHookRegistry(HookEngine engine) {
		return engine.getRegistry();
	}

	/**
	 * Passes the events of a parent context's engine to the Spring listeners of this
	 * context: Spring itself passes events from a child to its parent only.
	 */
	static class ChildContextListeners implements SmartInitializingSingleton, DisposableBean {

		private final HookEngine engine;

		private final AbstractApplicationContext context;

		private final ObjectProvider<LogGapPublisher> gaps;

		private final List<Runnable> removals = new CopyOnWriteArrayList<>();

		/**
		 * Creates an instance.
		 * @param engine the engine of a parent
		 * @param gaps publishes the gaps of a parent's change log, if that is on
		 * @param context the child
		 */
		ChildContextListeners(HookEngine engine, ObjectProvider<LogGapPublisher> gaps,
				AbstractApplicationContext context) {
			this.engine = engine;
			this.gaps = gaps;
			this.context = context;
		}

		@Override
		public void afterSingletonsInstantiated() {
			ApplicationEventMulticaster multicaster = this.context.getBean(
					AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
					ApplicationEventMulticaster.class);
			this.removals
				.add(this.engine.publishTo(multicaster::multicastEvent, SpringListeners.ofContextAlone(this.context)));
			this.gaps.ifAvailable((publisher) -> this.removals.add(publisher.add(multicaster::multicastEvent)));
		}

		@Override
		public void destroy() {
			this.removals.forEach(Runnable::run);
		}

	}

	/**
	 * Warns if the application waits for events but nothing keeps the JVM running: all
	 * threads of kv-events and of the drivers are daemons.
	 */
	static class KeepAliveCheck implements ApplicationListener<ApplicationReadyEvent> {

		private static final Log logger = LogFactory.getLog(KeepAliveCheck.class);

		private final BooleanSupplier waitsForEvents;

		/**
		 * Creates a check.
		 * @param waitsForEvents whether a hook or listener waits for events of other
		 * threads or instances
		 */
		KeepAliveCheck(BooleanSupplier waitsForEvents) {
			this.waitsForEvents = waitsForEvents;
		}

		@Override
		public void onApplicationEvent(ApplicationReadyEvent event) {
			ConfigurableApplicationContext context = event.getApplicationContext();
			boolean kept = isWeb(context) || event.getSpringApplication().isKeepAlive()
					|| context.getEnvironment().getProperty("spring.main.keep-alive", Boolean.class, false);
			if (!kept && this.waitsForEvents.getAsBoolean() && !isKeptByThread()) {
				logger.warn(
						"Hooks or listeners wait for events, but only daemon threads are left once main() returns, and "
								+ "the application ends then: set 'spring.main.keep-alive=true' to keep it running");
			}
		}

		private static boolean isWeb(ApplicationContext context) {
			for (String type : new String[] { "org.springframework.web.context.WebApplicationContext",
					"org.springframework.boot.web.context.reactive.ReactiveWebApplicationContext" }) {
				ClassLoader loader = context.getClassLoader();
				if (ClassUtils.isPresent(type, loader)
						&& ClassUtils.resolveClassName(type, loader).isInstance(context)) {
					return true;
				}
			}
			return false;
		}

		/**
		 * The thread that starts the application ends with {@code main()}.
		 */
		private static boolean isKeptByThread() {
			return Thread.getAllStackTraces()
				.keySet()
				.stream()
				.anyMatch((thread) -> thread != Thread.currentThread() && thread.isAlive() && !thread.isDaemon()
						&& !thread.getName().equals("DestroyJavaVM"));
		}

	}

	/**
	 * Analyzes the invalid declaration of a hook, guard or listener.
	 */
	static class HookDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<KvHookDefinitionException> {

		@Override
		protected FailureAnalysis analyze(Throwable rootFailure, KvHookDefinitionException cause) {
			String description = String.format(
					"A hook, guard or listener can't work the way it is declared:%n%n"
							+ "    Bean: %s%n    Method: %s%n    Attribute: %s%n    Reason: %s.",
					cause.getBeanName(), cause.getMethod(), cause.getAttribute(), cause.getDescription());
			return new FailureAnalysis(description, cause.getAction() + ".", cause);
		}

	}

}
