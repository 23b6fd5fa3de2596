/**
 * Hooks and guards: the annotations, the registry, the index that finds the hooks of a
 * key, and how they are called. An event comes in through the dispatcher and goes to the
 * hooks, then to ordinary Spring listeners; nothing flows back.
 */
@NullMarked
package io.github.kvevents.hook;

import org.jspecify.annotations.NullMarked;
