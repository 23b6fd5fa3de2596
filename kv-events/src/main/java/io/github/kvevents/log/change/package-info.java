/**
 * The change log behind its public API: the feed that all readers of a process share,
 * positions, pages, truncation, retention, and the delivery to hooks of every instance.
 */
@NullMarked
package io.github.kvevents.log.change;

import org.jspecify.annotations.NullMarked;
