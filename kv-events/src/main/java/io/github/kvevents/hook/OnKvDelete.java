package io.github.kvevents.hook;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

import io.github.kvevents.KvEventType;
import io.github.kvevents.support.CalledMethodHints;

/**
 * A {@link KvHook} for keys that are deleted, alone or in a batch.
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(OnKvDelete.List.class)
@KvHook(events = { KvEventType.DELETE, KvEventType.BATCH_DELETE })
public @interface OnKvDelete {

	/**
	 * The id, unique in the application. {@code ${...}} is resolved.
	 * @return the id, empty: the bean's name, a dot and the method's name, made unique
	 */
	@AliasFor(annotation = KvHook.class)
	String id() default "";

	/**
	 * The key must start with one of these. {@code ${...}} is resolved.
	 * @return the prefixes, empty: any key
	 */
	@AliasFor(annotation = KvHook.class)
	String[] prefix() default {};

	/**
	 * The key must end with one of these. {@code ${...}} is resolved.
	 * @return the suffixes, empty: any key
	 */
	@AliasFor(annotation = KvHook.class)
	String[] suffix() default {};

	/**
	 * The key must be one of these. {@code ${...}} is resolved.
	 * @return the keys, empty: any key
	 */
	@AliasFor(annotation = KvHook.class)
	String[] keys() default {};

	/**
	 * An expression in RE2's syntax that must be found anywhere in the key. In it
	 * {@code ${...}} is resolved.
	 * @return the expression, empty: any key
	 */
	@AliasFor(annotation = KvHook.class)
	String regex() default "";

	/**
	 * The name of a {@link io.github.kvevents.KeyFilter} bean that must match the key.
	 * @return the bean's name, empty: any key
	 */
	@AliasFor(annotation = KvHook.class)
	String filter() default "";

	/**
	 * Whether the hook runs on a thread of its own, behind a bounded queue, in order per
	 * key.
	 * @return whether it is asynchronous, by default not
	 */
	@AliasFor(annotation = KvHook.class)
	boolean async() default false;

	/**
	 * How long the caller waits for the hook, for example {@code 2s} or {@code PT2S};
	 * then the hook is interrupted and the caller continues. With a timeout the hook runs
	 * on another thread. Not for asynchronous hooks. {@code ${...}} is resolved.
	 * @return the timeout, empty: none, the hook runs on the caller's thread
	 */
	@AliasFor(annotation = KvHook.class)
	String timeout() default "";

	/**
	 * Which instances of the application receive an event.
	 * @return the scope, by default the instance that made the change
	 */
	@AliasFor(annotation = KvHook.class)
	KvHookScope scope() default KvHookScope.ONE_INSTANCE;

	/**
	 * Holds several {@link OnKvDelete}s of one method.
	 */
	@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@Reflective(CalledMethodHints.class)
	@interface List {

		/**
		 * The hooks.
		 * @return the annotations
		 */
		OnKvDelete[] value();

	}

}
