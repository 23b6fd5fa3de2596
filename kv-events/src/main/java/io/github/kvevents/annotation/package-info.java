/**
 * Finds the methods that are annotated as hooks, guards and listeners, reads their
 * annotations and calls them.
 */
@NullMarked
package io.github.kvevents.annotation;

import org.jspecify.annotations.NullMarked;
