package io.github.kvevents.hook;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.UndeclaredThrowableException;

import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean, ready to be called as often as need be, through the bean's proxy if
 * it has one.
 */
final class BoundMethod {

	private final MethodHandle handle;

	private BoundMethod(MethodHandle handle) {
		this.handle = handle;
	}

	static BoundMethod of(DefinitionSite site, Object bean) {
		Method method = site.method();
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
		return new BoundMethod(handle(site, method, bean));
	}

	private static MethodHandle handle(DefinitionSite site, Method method, Object bean) {
		try {
			Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
			ReflectionUtils.makeAccessible(invocable);
			return MethodHandles.lookup()
				.unreflect(invocable)
				.bindTo(bean)
				.asSpreader(Object[].class, method.getParameterCount())
				.asType(MethodType.methodType(void.class, Object[].class));
		}
		catch (IllegalStateException ex) {
			throw site.signatureError("visibility", "the method can't be called on the bean's proxy",
					"Declare it in an interface of the bean, make it not private, or proxy the class (proxyTargetClass=true)");
		}
		catch (IllegalAccessException | RuntimeException ex) {
			throw site.signatureError("visibility", "the method can't be called: " + ex.getMessage(),
					"Make class and method accessible");
		}
	}

	void invoke(Object[] arguments) throws Exception {
		try {
			this.handle.invokeExact(arguments);
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new UndeclaredThrowableException(ex);
		}
	}

}
