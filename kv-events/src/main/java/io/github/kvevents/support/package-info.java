/**
 * Shared code of the other packages: waiting, back-off and executors of background loops,
 * and arguments of options. For those packages only, not for applications.
 */
@NullMarked
package io.github.kvevents.support;

import org.jspecify.annotations.NullMarked;
