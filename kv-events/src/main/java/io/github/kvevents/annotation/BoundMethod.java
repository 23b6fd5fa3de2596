package io.github.kvevents.annotation;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.GuardRegistry.Guard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookCallback;

/**
 * A method of a bean, ready to be called as often as need be, through the bean's proxy if
 * it has one.
 */
final class BoundMethod {

	/**
	 * The last parameter of what the Kotlin compiler makes of a suspend function.
	 */
	private static final String CONTINUATION = "kotlin.coroutines.Continuation";

	private final MethodHandle handle;

	private BoundMethod(MethodHandle handle) {
		this.handle = handle;
	}

	static BoundMethod of(DefinitionSite site, Object bean, Class<?> targetClass) {
		Method method = site.method();
		Class<?>[] parameters = method.getParameterTypes();
		if (parameters.length > 0 && parameters[parameters.length - 1].getName().equals(CONTINUATION)) {
			throw site.signatureError("modifier 'suspend'", "a suspend function isn't supported: nobody resumes it",
					"Make it an ordinary function, and launch a coroutine in it if need be");
		}
		if (Modifier.isStatic(method.getModifiers())) {
			throw site.signatureError("modifier 'static'", "a static method belongs to no bean",
					"Make it an instance method");
		}
		if (method.getReturnType() != void.class) {
			throw site.signatureError("return type",
					"it is '" + method.getReturnType().getSimpleName() + "', and nobody would take what is returned",
					"Return void");
		}
		if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(method.getModifiers())) {
			throw site.signatureError("modifier 'final'", "the bean's proxy can't pass the call on to the bean",
					"Make the method not final");
		}
		return new BoundMethod(handle(site, invocable(site, bean, targetClass), bean));
	}

	private static Method invocable(DefinitionSite site, Object bean, Class<?> targetClass) {
		Method method = site.method();
		try {
			return AopUtils.selectInvocableMethod(method, bean.getClass());
		}
		catch (IllegalStateException ex) {
			if (Modifier.isPrivate(method.getModifiers())) {
				throw site.signatureError("modifier 'private'",
						"the bean has a proxy, and a private method can't be called through it",
						"Make the method not private: only the methods of a bean without a proxy may be");
			}
			return declarations(method, targetClass).filter((declared) -> declared.getDeclaringClass().isInstance(bean))
				.findFirst()
				.orElseThrow(() -> site.signatureError("visibility", "the method can't be called on the bean's proxy",
						"Declare it in an interface of the bean, or proxy the class (proxyTargetClass=true)"));
		}
	}

	/**
	 * The method of a generic interface has other parameter types than what implements
	 * it.
	 */
	private static Stream<Method> declarations(Method method, Class<?> targetClass) {
		return MethodDeclarations.of(method, targetClass).stream();
	}

	private static MethodHandle handle(DefinitionSite site, Method invocable, Object bean) {
		try {
			ReflectionUtils.makeAccessible(invocable);
			return MethodHandles.lookup()
				.unreflect(invocable)
				.bindTo(bean)
				.asSpreader(Object[].class, invocable.getParameterCount())
				.asType(MethodType.methodType(void.class, Object[].class));
		}
		catch (IllegalAccessException | RuntimeException ex) {
			throw site.signatureError("visibility", "the method can't be called: " + ex.getMessage(),
					"Make class and method accessible");
		}
	}

	/**
	 * Calls the method with what its parameters take from an event.
	 */
	KvHookCallback callback(List<HookParameter> parameters) {
		return new Callback(this.handle, parameters);
	}

	/**
	 * Calls the method with what its parameters take from a change.
	 */
	Guard.Check check(List<HookParameter> parameters) {
		HookParameter[] taken = parameters.toArray(HookParameter[]::new);
		return (change) -> {
			@Nullable Object[] arguments = new @Nullable Object[taken.length];
			for (int index = 0; index < taken.length; index++) {
				arguments[index] = taken[index].argument(change);
			}
			Callback.invoke(this.handle, arguments);
		};
	}

	private static final class Callback implements KvHookCallback {

		private final MethodHandle handle;

		private final HookParameter[] taken;

		private final boolean takesValue;

		Callback(MethodHandle handle, List<HookParameter> parameters) {
			this.handle = handle;
			this.taken = parameters.toArray(HookParameter[]::new);
			this.takesValue = takesValue(this.taken);
		}

		private static boolean takesValue(HookParameter[] taken) {
			for (HookParameter parameter : taken) {
				if (parameter.kind().takesValue()) {
					return true;
				}
			}
			return false;
		}

		@Override
		public void onEvent(KvEvent event) throws Exception {
			@Nullable Object[] arguments = new @Nullable Object[this.taken.length];
			for (int index = 0; index < this.taken.length; index++) {
				arguments[index] = this.taken[index].argument(event);
			}
			invoke(this.handle, arguments);
		}

		@Override
		public boolean takesValue() {
			return this.takesValue;
		}

		static void invoke(MethodHandle handle, @Nullable Object[] arguments) throws Exception {
			try {
				handle.invokeExact(arguments);
			}
			catch (Exception | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new UndeclaredThrowableException(ex);
			}
		}

	}

	/**
	 * Refuses {@code @Async} where a method is called for its result, which is that it
	 * has returned or thrown.
	 */
	static final class AsyncMethods {

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
		 * Refuses a guard that returns before it is done: what it throws would veto
		 * nothing.
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
				if (advisor instanceof PointcutAdvisor pointcut
						&& advisor.getAdvice() instanceof AsyncExecutionInterceptor
						&& pointcut.getPointcut().getClassFilter().matches(targetClass)
						&& pointcut.getPointcut().getMethodMatcher().matches(method, targetClass)) {
					return true;
				}
			}
			return false;
		}

	}

}
