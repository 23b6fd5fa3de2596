package io.github.kvevents.test;

import java.io.IOException;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvDelete;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;
import io.github.kvevents.listener.KvListener;

/**
 * Leaves out the components that {@link KvEventsTest @KvEventsTest} doesn't include.
 */
final class KvEventsTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<KvEventsTest> {

	/** Those that are made of these are found by them, but not repeated ones. */
	private static final Set<Class<?>> ANNOTATIONS = Set.of(KvHook.class, KvHook.List.class, KvGuard.class,
			KvGuard.List.class, KvListener.class, KvListener.List.class, OnKvSet.List.class, OnKvDelete.List.class,
			OnKvExpired.List.class);

	private final Set<Class<?>> named;

	KvEventsTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.named = KvEventsTestContextBootstrapper.namedClasses(testClass);
	}

	/**
	 * What is named is declared by {@link KvEventsTestContextCustomizer}.
	 */
	@Override
	protected boolean defaultInclude(MetadataReader metadataReader, MetadataReaderFactory metadataReaderFactory)
			throws IOException {
		if (!this.named.isEmpty()) {
			String name = metadataReader.getClassMetadata().getClassName();
			return this.named.stream().anyMatch((type) -> type.getName().equals(name));
		}
		return super.defaultInclude(metadataReader, metadataReaderFactory)
				|| hasAnnotatedMethods(metadataReader, metadataReaderFactory);
	}

	private static boolean hasAnnotatedMethods(MetadataReader metadataReader,
			MetadataReaderFactory metadataReaderFactory) throws IOException {
		AnnotationMetadata metadata = metadataReader.getAnnotationMetadata();
		boolean annotated = metadata.getDeclaredMethods()
			.stream()
			.anyMatch((method) -> method.getAnnotations()
				.stream()
				.anyMatch((annotation) -> ANNOTATIONS.contains(annotation.getType())));
		String superclass = metadata.getSuperClassName();
		return annotated || (superclass != null && !superclass.startsWith("java.")
				&& hasAnnotatedMethods(metadataReaderFactory.getMetadataReader(superclass), metadataReaderFactory));
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return super.equals(other) && other instanceof KvEventsTypeExcludeFilter filter
				&& this.named.equals(filter.named);
	}

	@Override
	public int hashCode() {
		return 31 * super.hashCode() + this.named.hashCode();
	}

}
