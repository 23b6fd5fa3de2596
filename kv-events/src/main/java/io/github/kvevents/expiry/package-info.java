/**
 * How an expiry becomes an event: modes, status and lateness, and the publisher for the
 * expiries that a store detects by itself.
 */
@NullMarked
package io.github.kvevents.expiry;

import org.jspecify.annotations.NullMarked;
