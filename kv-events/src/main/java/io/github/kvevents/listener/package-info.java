/**
 * Durable listeners: handlers that receive every change in the change log at least once
 * and in order per key. Partitions are assigned by leases, checkpoints are kept in the
 * store, and a failed event is retried, skipped or made a dead letter.
 */
@NullMarked
package io.github.kvevents.listener;

import org.jspecify.annotations.NullMarked;
