/**
 * Durable listeners: handlers that receive every change in the change log at least once
 * and in order per key, whatever instances do meanwhile. Their partitions are leased,
 * their progress is kept in the store, and what fails is retried, skipped or made a dead
 * letter.
 */
@NullMarked
package io.github.kvevents.listener;

import org.jspecify.annotations.NullMarked;
