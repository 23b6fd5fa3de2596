/**
 * The vocabulary that everything else speaks: events, what they did to a key, where they
 * stand in the change log, key filters, the codec and the exceptions. Nothing here knows
 * Redis, and nothing here uses another package of this library.
 */
@NullMarked
package io.github.kvevents;

import org.jspecify.annotations.NullMarked;
