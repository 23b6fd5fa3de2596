/**
 * Placing and paying a checkout over HTTP. A checkout is a key with a time to live: when
 * nobody pays, it is gone.
 */
@NullMarked
package io.github.kvevents.sample.checkout;

import org.jspecify.annotations.NullMarked;
