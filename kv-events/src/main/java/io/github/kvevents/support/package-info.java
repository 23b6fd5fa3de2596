/**
 * What the background loops of the other packages have in common: how to sleep and be
 * woken, and how to go on after failures; and how options read their arguments. For those
 * packages only, not for applications.
 */
@NullMarked
package io.github.kvevents.support;

import org.jspecify.annotations.NullMarked;
