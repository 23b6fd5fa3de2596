/**
 * The public API as other people compile against it: from a package of its own, with no
 * access to anything that isn't public.
 */
@NullMarked
package io.github.kvevents.api;

import org.jspecify.annotations.NullMarked;
