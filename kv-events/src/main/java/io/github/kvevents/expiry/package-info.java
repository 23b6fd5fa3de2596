/**
 * How an expiry comes to be an event: the bridge that listens to the server's own
 * notifications, and what passes on the expiries that a back end detects by itself. Both
 * hand their events to the dispatcher on threads of their own.
 */
@NullMarked
package io.github.kvevents.expiry;

import org.jspecify.annotations.NullMarked;
