/**
 * The back end that keeps keys in this JVM, for tests and for single-instance
 * applications. It detects expiries by itself, on time, with the last value.
 */
@NullMarked
package io.github.kvevents.memory;

import org.jspecify.annotations.NullMarked;
