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
 * Calls the method before an operation, on the caller's thread. What it throws vetoes the
 * operation: the caller gets a {@link io.github.kvevents.KvVetoException} with that
 * cause, and nothing is written, for a batch nothing at all.
 * <p>
 * The method returns {@code void} and takes, in any order, at most one each of the key (a
 * {@code String}), the {@link KvEventType} and the new value ({@code null} for a delete),
 * as with {@link KvHook}. An expiry can't be guarded.
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(KvGuard.List.class)
@Reflective(CalledMethodHints.class)
public @interface KvGuard {

	/**
	 * The same as {@link #events()}.
	 * @return the events, empty: all but EXPIRED
	 */
	@AliasFor("events")
	KvEventType[] value() default {};

	/**
	 * The operations to guard.
	 * @return the events, empty: all but EXPIRED
	 */
	@AliasFor("value")
	KvEventType[] events() default {};

	/**
	 * The key must start with one of these. {@code ${...}} is resolved.
	 * @return the prefixes, empty: any key
	 */
	String[] prefix() default {};

	/**
	 * The key must end with one of these. {@code ${...}} is resolved.
	 * @return the suffixes, empty: any key
	 */
	String[] suffix() default {};

	/**
	 * The key must be one of these. {@code ${...}} is resolved.
	 * @return the keys, empty: any key
	 */
	String[] keys() default {};

	/**
	 * An expression in RE2's syntax that must be found anywhere in the key. In it
	 * {@code ${...}} is resolved.
	 * @return the expression, empty: any key
	 */
	String regex() default "";

	/**
	 * The name of a {@link io.github.kvevents.KeyFilter} bean that must match the key.
	 * @return the bean's name, empty: any key
	 */
	String filter() default "";

	/**
	 * Holds several {@link KvGuard}s of one method.
	 */
	@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@Reflective(CalledMethodHints.class)
	@interface List {

		/**
		 * The guards.
		 * @return the annotations
		 */
		KvGuard[] value();

	}

}
