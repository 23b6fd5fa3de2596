/**
 * The back end that keeps keys in this JVM, for tests and for applications that run
 * alone. It ends each key's time to live by itself, on time, with the last value.
 */
@NullMarked
package io.github.kvevents.memory;

import org.jspecify.annotations.NullMarked;
