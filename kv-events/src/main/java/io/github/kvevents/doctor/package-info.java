/**
 * Looks for what can be wrong with the surroundings of an application, for operators.
 */
@NullMarked
package io.github.kvevents.doctor;

import org.jspecify.annotations.NullMarked;
