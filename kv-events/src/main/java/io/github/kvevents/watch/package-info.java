/**
 * Watches: what exists under a prefix, then what changes. An open watch has a buffer and
 * an entry in an index, and neither a thread nor a connection of its own.
 */
@NullMarked
package io.github.kvevents.watch;

import org.jspecify.annotations.NullMarked;
