/**
 * Hooks and guards: the annotations, the registry, the index that finds the hooks of a
 * key, the dispatcher and the queues. The dispatcher runs an operation and passes its
 * event to the hooks, then to ordinary Spring listeners.
 */
@NullMarked
package io.github.kvevents.hook;

import org.jspecify.annotations.NullMarked;
