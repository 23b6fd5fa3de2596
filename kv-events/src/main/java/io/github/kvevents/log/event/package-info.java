/**
 * Event logs behind their public API: what is added, and follows of what others add.
 */
@NullMarked
package io.github.kvevents.log.event;

import org.jspecify.annotations.NullMarked;
