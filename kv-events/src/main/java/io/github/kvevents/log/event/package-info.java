/**
 * Event logs behind their public API: entries that applications add, and follows of them.
 */
@NullMarked
package io.github.kvevents.log.event;

import org.jspecify.annotations.NullMarked;
