/**
 * The vocabulary of all packages: events, changes, positions in the change log, key
 * filters, the codec and the exceptions. Nothing here uses Redis or another package of
 * this library.
 */
@NullMarked
package io.github.kvevents;

import org.jspecify.annotations.NullMarked;
