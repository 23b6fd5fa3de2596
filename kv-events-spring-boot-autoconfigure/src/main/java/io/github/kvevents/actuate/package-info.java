/**
 * What an operator sees: the actuator's endpoint, the health contributor and the meters.
 * They read the hooks and the store, and show neither keys nor values.
 */
@NullMarked
package io.github.kvevents.actuate;

import org.jspecify.annotations.NullMarked;
