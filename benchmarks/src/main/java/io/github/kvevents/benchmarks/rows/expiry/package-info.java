/**
 * How late expiries come: keys with the same deadlines in four ways at the same time,
 * each with a server of its own.
 */
@NullMarked
package io.github.kvevents.benchmarks.rows.expiry;

import org.jspecify.annotations.NullMarked;
