package io.github.kvevents.listener;

/**
 * The right of an instance to deliver a partition to a listener.
 *
 * @param listener the id of the listener
 * @param partition the partition
 * @param instance the id of the instance
 * @param epoch higher than that of each lease before: what comes with a lower one is
 * refused
 */
public record Lease(String listener, int partition, String instance, long epoch) {
}
