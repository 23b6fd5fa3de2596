package io.github.kvevents.listener;

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
 * Calls the method for every change in the change log, at least once and in order per
 * key, in one instance of the fleet. Found on any bean. The method takes what that of a
 * {@link io.github.kvevents.hook.KvHook} does. What it throws, or a value that can't be
 * decoded, has the event retried as declared here. Needs
 * {@code kv.events.log.enabled=true}.
 * <p>
 * Within one of the attributes that choose keys any element may match; across attributes
 * all must.
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(KvListener.List.class)
@Reflective(CalledMethodHints.class)
public @interface KvListener {

	/**
	 * The id under which its checkpoint is kept: unique, and the same after each restart
	 * and in all instances. {@code ${...}} is resolved.
	 * @return the id
	 */
	String id();

	/**
	 * The same as {@link #events()}.
	 * @return the events, empty: all
	 */
	@AliasFor("events")
	KvEventType[] value() default {};

	/**
	 * The operations whose events the listener receives.
	 * @return the events, empty: all
	 */
	@AliasFor("value")
	KvEventType[] events() default {};

	/**
	 * What the operation must have done to the key. Nothing is ever
	 * {@link KvChange#UNCHANGED} in the change log, and a listener for nothing else is
	 * refused.
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
	 * Where to begin when there is no checkpoint yet.
	 * @return the start
	 */
	StartAt startAt() default StartAt.EARLIEST;

	/**
	 * How many events of a partition are handled between two checkpoints at most.
	 * @return from 1 to 10000
	 */
	int batchSize() default 100;

	/**
	 * How many events an instance handles at a time.
	 * @return at least 1
	 */
	int concurrency() default 1;

	/**
	 * How long to wait before the second attempt, for example {@code 200ms} or
	 * {@code PT0.2S}; each further wait is twice as long. {@code ${...}} is resolved.
	 * @return the duration
	 */
	String initialBackoff() default "200ms";

	/**
	 * How long to wait between two attempts at most. {@code ${...}} is resolved.
	 * @return the duration
	 */
	String maxBackoff() default "3m";

	/**
	 * How often to try before {@link #onExhausted()} applies.
	 * @return the number, 0: without limit
	 */
	int maxAttempts() default 0;

	/**
	 * What becomes of an event that failed as often as it may.
	 * @return the policy
	 */
	OnExhausted onExhausted() default OnExhausted.BLOCK;

	/**
	 * Holds several {@link KvListener}s of one method.
	 */
	@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@Reflective(CalledMethodHints.class)
	@interface List {

		/**
		 * The listeners.
		 * @return the annotations
		 */
		KvListener[] value();

	}

}
