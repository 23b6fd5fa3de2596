/**
 * Changes as server-sent events. A hook feeds it, and a slow reader holds nobody up.
 */
@NullMarked
package io.github.kvevents.sample.live;

import org.jspecify.annotations.NullMarked;
