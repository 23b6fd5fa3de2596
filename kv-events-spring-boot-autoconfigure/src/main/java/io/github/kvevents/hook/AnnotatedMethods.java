package io.github.kvevents.hook;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Finds the methods of a class that are annotated as hooks, guards or listeners. As with
 * Spring's event listeners, a method that overrides or implements an annotated one is
 * meant too. For our packages.
 */
public final class AnnotatedMethods {

	private AnnotatedMethods() {
	}

	static Map<Method, AnnotatedBean.DeclaredHooks> of(Class<?> targetClass) {
		return select(targetClass, List.of(KvHook.class, KvGuard.class), (method) -> {
			Set<KvHook> hooks = closest(method, KvHook.class);
			Set<KvGuard> guards = closest(method, KvGuard.class);
			return (hooks.isEmpty() && guards.isEmpty()) ? null : new AnnotatedBean.DeclaredHooks(hooks, guards);
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
			Set<A> found = closest(method, type);
			return found.isEmpty() ? null : found;
		});
	}

	private static <T> Map<Method, T> select(Class<?> targetClass, List<Class<? extends Annotation>> types,
			Function<Method, @Nullable T> lookup) {
		if (isSpringsOwn(targetClass) || !AnnotationUtils.isCandidateClass(targetClass, types)) {
			return Collections.emptyMap();
		}
		return MethodIntrospector.selectMethods(targetClass,
				(MethodIntrospector.MetadataLookup<@Nullable T>) lookup::apply);
	}

	/**
	 * Most beans of an application are, and looking through what each of their methods
	 * overrides would take its time.
	 */
	private static boolean isSpringsOwn(Class<?> targetClass) {
		return targetClass.getName().startsWith("org.springframework.");
	}

	/**
	 * The annotations of the method itself or, if it has none, of the first method that
	 * it overrides: one that says it anew is not called twice. Containers of repeated
	 * annotations are opened, also those of an application's own annotations.
	 */
	private static <A extends Annotation> Set<A> closest(Method method, Class<A> type) {
		Set<A> closest = new LinkedHashSet<>();
		int level = Integer.MAX_VALUE;
		for (MergedAnnotation<A> found : annotations(method, type)) {
			level = Math.min(level, found.getAggregateIndex());
			if (found.getAggregateIndex() == level) {
				closest.add(found.synthesize());
			}
		}
		return closest;
	}

	private static <A extends Annotation> List<MergedAnnotation<A>> annotations(Method method, Class<A> type) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).stream(type).toList();
	}

}
