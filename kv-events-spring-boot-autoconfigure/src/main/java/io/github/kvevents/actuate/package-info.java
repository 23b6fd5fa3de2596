/**
 * Actuator endpoints, health and meters, with their descriptions. They read hooks,
 * listeners and the store, and show neither keys nor values.
 */
@NullMarked
package io.github.kvevents.actuate;

import org.jspecify.annotations.NullMarked;
