/**
 * The public API of the change log and of event logs. In both an entry has an id, entries
 * are in the order of their ids, and a reader receives a gap when some are missing.
 */
@NullMarked
package io.github.kvevents.log;

import org.jspecify.annotations.NullMarked;
