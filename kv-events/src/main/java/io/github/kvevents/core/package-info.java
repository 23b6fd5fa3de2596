/**
 * The operations that an application calls: the template with its options and
 * collections, and the JSON codec. An operation is checked here, vetoed by guards or
 * applied by a back end, and its event is passed to the dispatcher.
 */
@NullMarked
package io.github.kvevents.core;

import org.jspecify.annotations.NullMarked;
