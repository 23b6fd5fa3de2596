/**
 * Changes counted by key prefix. The prefixes are bounded, so the meter is too.
 */
@NullMarked
package io.github.kvevents.sample.metrics;

import org.jspecify.annotations.NullMarked;
