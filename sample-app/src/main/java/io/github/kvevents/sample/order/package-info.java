/**
 * Orders, which stay: what became of each checkout. The hooks that end an order and keep
 * its cache true are here too, and the board that a watch keeps.
 */
@NullMarked
package io.github.kvevents.sample.order;

import org.jspecify.annotations.NullMarked;
