/**
 * Ordered logs: those that applications keep for themselves, which are added to, read and
 * followed by name. What they have in common is that an entry has an id, that entries
 * come in the order of their ids, and that a reader receives a gap when some are missing.
 */
@NullMarked
package io.github.kvevents.log;

import org.jspecify.annotations.NullMarked;
