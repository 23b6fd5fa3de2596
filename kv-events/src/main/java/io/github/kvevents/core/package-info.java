/**
 * What an application calls: the template with its options and collections, and the JSON
 * codec. An operation is checked here, asked of the guards, applied by a back end, and
 * told to the dispatcher.
 */
@NullMarked
package io.github.kvevents.core;

import org.jspecify.annotations.NullMarked;
