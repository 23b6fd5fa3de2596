package io.github.kvevents.sample.order;

/**
 * The list of the orders of this instance is another one than before.
 */
public record OrdersChanged() {
}
