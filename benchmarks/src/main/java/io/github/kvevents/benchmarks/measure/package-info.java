/**
 * What a row of the report is, and how one is measured: rounds of the sides alternate, so
 * that whatever else the machine does strikes all of them.
 */
@NullMarked
package io.github.kvevents.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
