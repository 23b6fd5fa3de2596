/**
 * An order checkout: an order that is not paid in time is cancelled. The code uses only
 * the public API of kv-events and is meant to be copied.
 */
@NullMarked
package io.github.kvevents.sample;

import org.jspecify.annotations.NullMarked;
