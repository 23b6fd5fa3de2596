package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.Set;

import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHook;

/**
 * Refuses {@code @Async} where a method is called for its result, which is that it has
 * returned or thrown.
 */
final class AsyncMethods {

	private static final Set<String> ANNOTATIONS = Set.of("org.springframework.scheduling.annotation.Async",
			"jakarta.ejb.Asynchronous", "jakarta.enterprise.concurrent.Asynchronous");

	private AsyncMethods() {
	}

	/**
	 * Refuses a hook of expiries, or a listener, that returns before it is done: the
	 * event would be acknowledged.
	 */
	static void checkEvents(DefinitionSite site, Object bean, Class<?> targetClass, Set<KvEventType> events) {
		boolean hook = site.annotation() == KvHook.class;
		if ((!hook || events.contains(KvEventType.EXPIRED)) && isAsync(site.method(), bean, targetClass)) {
			throw site.signatureError("annotation @Async",
					"the method returns before it has run: " + (hook ? "an expiry" : "an event")
							+ " would be acknowledged that is then lost, if the method fails or the process ends",
					hook ? "Remove @Async and set @KvHook(async = true), which acknowledges what has run, or choose "
							+ "'events' without EXPIRED" : "Remove @Async; 'concurrency' runs several at once");
		}
	}

	/**
	 * Refuses a guard that returns before it is done: what it throws would veto nothing.
	 */
	static void checkGuard(DefinitionSite site, Object bean, Class<?> targetClass) {
		if (isAsync(site.method(), bean, targetClass)) {
			throw site.signatureError("annotation @Async",
					"the operation doesn't wait for the method, so that what it throws would veto nothing",
					"Remove @Async");
		}
	}

	private static boolean isAsync(Method method, Object bean, Class<?> targetClass) {
		if (isAnnotated(MergedAnnotations.from(targetClass, SearchStrategy.TYPE_HIERARCHY))) {
			return true;
		}
		for (Method declaration : MethodDeclarations.of(method, targetClass)) {
			if (isAnnotated(MergedAnnotations.from(declaration)) || isAnnotated(
					MergedAnnotations.from(declaration.getDeclaringClass(), SearchStrategy.TYPE_HIERARCHY))) {
				return true;
			}
		}
		return bean instanceof Advised advised && isAdvised(method, advised, targetClass);
	}

	private static boolean isAnnotated(MergedAnnotations annotations) {
		return ANNOTATIONS.stream().anyMatch(annotations::isPresent);
	}

	/**
	 * An application may have an annotation of its own for it.
	 */
	private static boolean isAdvised(Method method, Advised advised, Class<?> targetClass) {
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor instanceof PointcutAdvisor pointcut && advisor.getAdvice() instanceof AsyncExecutionInterceptor
					&& pointcut.getPointcut().getClassFilter().matches(targetClass)
					&& pointcut.getPointcut().getMethodMatcher().matches(method, targetClass)) {
				return true;
			}
		}
		return false;
	}

}
