/**
 * Finds the methods that are annotated with {@code @KvHook}, {@code @KvGuard} and
 * {@code @KvListener}, reads the annotations and calls the methods.
 */
@NullMarked
package io.github.kvevents.annotation;

import org.jspecify.annotations.NullMarked;
