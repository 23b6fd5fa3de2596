package io.github.kvevents.hook;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Finds the methods of a class that are hooks or guards. As with Spring's event
 * listeners, a method that overrides or implements an annotated one is meant too.
 */
final class AnnotatedMethods {

	private AnnotatedMethods() {
	}

	static Map<Method, AnnotatedBean.DeclaredHooks> of(Class<?> targetClass) {
		if (isSpringsOwn(targetClass)
				|| !AnnotationUtils.isCandidateClass(targetClass, List.of(KvHook.class, KvGuard.class))) {
			return Collections.emptyMap();
		}
		return MethodIntrospector.selectMethods(targetClass,
				(MethodIntrospector.MetadataLookup<AnnotatedBean.@Nullable DeclaredHooks>) (method) -> {
					Set<KvHook> hooks = closest(method, KvHook.class);
					Set<KvGuard> guards = closest(method, KvGuard.class);
					return (hooks.isEmpty() && guards.isEmpty()) ? null
							: new AnnotatedBean.DeclaredHooks(hooks, guards);
				});
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
