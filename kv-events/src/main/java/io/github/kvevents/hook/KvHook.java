package io.github.kvevents.hook;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.CalledMethodHints;

/**
 * Calls the method when something happened to a key, as the operation returns. Found on
 * any bean. The method returns {@code void} and takes, in any order, at most one each of:
 * <ul>
 * <li>a {@link io.github.kvevents.KvEvent} or a subclass, which narrows the events;</li>
 * <li>a {@link KvEventType};</li>
 * <li>the key: a {@code String};</li>
 * <li>the value, of any other type, decoded, or its bytes; a {@code String} value needs
 * {@link KvValue}. It is the new value or, for a removed key, the last;</li>
 * <li>the value before, with {@link KvPreviousValue}.</li>
 * </ul>
 * Within one of the attributes that choose keys any element may match; across attributes
 * all must. What the method throws never reaches the caller: it is counted and delivered
 * as a {@link KvHookError}. Synchronous hooks run in the order of
 * {@link org.springframework.core.annotation.Order @Order}, then of registration.
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(KvHook.List.class)
@Reflective(CalledMethodHints.class)
public @interface KvHook {

	/**
	 * The same as {@link #events()}.
	 * @return the events, empty: all
	 */
	@AliasFor("events")
	KvEventType[] value() default {};

	/**
	 * The operations whose events the method receives.
	 * @return the events, empty: all
	 */
	@AliasFor("value")
	KvEventType[] events() default {};

	/**
	 * The id, unique in the application. {@code ${...}} is resolved.
	 * @return the id, empty: the bean's name, a dot and the method's name, made unique
	 */
	String id() default "";

	/**
	 * What the operation must have done to the key.
	 * @return the changes, empty: all
	 */
	KvChange[] changes() default {};

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
	 * Whether the hook runs on a thread of its own, behind a bounded queue, in order per
	 * key.
	 * @return whether it is asynchronous, by default not
	 */
	boolean async() default false;

	/**
	 * How long the caller waits for the hook, for example {@code 2s} or {@code PT2S};
	 * then the hook is interrupted and the caller continues. With a timeout the hook runs
	 * on another thread. Not for asynchronous hooks. {@code ${...}} is resolved.
	 * @return the timeout, empty: none, the hook runs on the caller's thread
	 */
	String timeout() default "";

	/**
	 * Which instances of the application receive an event.
	 * @return the scope, by default the instance that made the change
	 */
	KvHookScope scope() default KvHookScope.ONE_INSTANCE;

	/**
	 * Holds several {@link KvHook}s of one method.
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
		KvHook[] value();

	}

}
