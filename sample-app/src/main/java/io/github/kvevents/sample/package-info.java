/**
 * An order checkout that clears itself when nobody pays. Everything here uses only the
 * public API of kv-events and is meant to be copied.
 */
@NullMarked
package io.github.kvevents.sample;

import org.jspecify.annotations.NullMarked;
