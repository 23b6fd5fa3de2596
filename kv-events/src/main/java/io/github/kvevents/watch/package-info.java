/**
 * Watches: what exists under a prefix and every change to it, as long as somebody looks.
 * An open watch has a buffer and a place in an index, and neither a thread nor a
 * connection of its own.
 */
@NullMarked
package io.github.kvevents.watch;

import org.jspecify.annotations.NullMarked;
