/**
 * Actuator endpoints, the console, health and meters, with their descriptions. They read
 * hooks, listeners and the store, and show neither keys nor values unless that is
 * permitted.
 */
@NullMarked
package io.github.kvevents.actuate;

import org.jspecify.annotations.NullMarked;
