package io.github.kvevents.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

import io.github.kvevents.annotation.KvHookBeanPostProcessor.DeclaredHooks;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;

/**
 * Finds the methods of a class that are annotated as hooks, guards or listeners. As with
 * Spring's event listeners, a method that overrides or implements an annotated one is
 * meant too. For our packages.
 */
public final class AnnotatedMethods {

	private AnnotatedMethods() {
	}

	static Map<Method, DeclaredHooks> of(Class<?> targetClass) {
		return select(targetClass, List.of(KvHook.class, KvGuard.class), (method) -> {
			Set<KvHook> hooks = closest(method, targetClass, KvHook.class);
			Set<KvGuard> guards = closest(method, targetClass, KvGuard.class);
			return (hooks.isEmpty() && guards.isEmpty()) ? null : new DeclaredHooks(hooks, guards);
		});
	}

	/**
	 * The methods of a class that have an annotation.
	 * @param <A> the annotation
	 * @param targetClass the class of a bean, without its proxy
	 * @param type the annotation
	 * @return the methods, each with all of these annotations that it has
	 */
	public static <A extends Annotation> Map<Method, Set<A>> of(Class<?> targetClass, Class<A> type) {
		return select(targetClass, List.of(type), (method) -> {
			Set<A> found = closest(method, targetClass, type);
			return found.isEmpty() ? null : found;
		});
	}

	private static <T> Map<Method, T> select(Class<?> targetClass, List<Class<? extends Annotation>> types,
			Function<Method, @Nullable T> lookup) {
		if (!isAnnotated(targetClass, types)) {
			return Collections.emptyMap();
		}
		return MethodIntrospector.selectMethods(targetClass,
				(MethodIntrospector.MetadataLookup<@Nullable T>) lookup::apply);
	}

	/**
	 * Whether a class has methods that are annotated, inherits or implements them. Quick
	 * to say no: most beans have none.
	 * @param type the class
	 * @param annotations the annotations to look for
	 * @return whether a method of it or of one of its types has any of them
	 */
	public static boolean isAnnotated(Class<?> type, List<Class<? extends Annotation>> annotations) {
		if (!AnnotationUtils.isCandidateClass(type, annotations)) {
			return false;
		}
		return MethodDeclarations.hierarchy(type).stream().anyMatch((declaring) -> declares(declaring, annotations));
	}

	private static boolean declares(Class<?> type, List<Class<? extends Annotation>> annotations) {
		if (!AnnotationUtils.isCandidateClass(type, annotations)) {
			return false;
		}
		AtomicBoolean found = new AtomicBoolean();
		ReflectionUtils.doWithLocalMethods(type, (method) -> {
			if (!found.get() && method.getAnnotations().length > 0) {
				MergedAnnotations merged = MergedAnnotations.from(method);
				found.set(annotations.stream().anyMatch(merged::isPresent));
			}
		});
		return found.get();
	}

	/**
	 * The annotations of the method itself or, if it has none, of the first method that
	 * it overrides: one that says it anew is not called twice. Containers of repeated
	 * annotations are opened, also those of an application's own annotations.
	 */
	private static <A extends Annotation> Set<A> closest(Method method, Class<?> targetClass, Class<A> type) {
		for (Method declaration : MethodDeclarations.of(method, targetClass)) {
			Set<A> found = new LinkedHashSet<>();
			MergedAnnotations.from(declaration)
				.stream(type)
				.forEach((annotation) -> found.add(annotation.synthesize()));
			if (!found.isEmpty()) {
				return found;
			}
		}
		return Set.of();
	}

}
