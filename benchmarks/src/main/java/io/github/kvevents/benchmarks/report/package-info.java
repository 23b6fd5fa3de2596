/**
 * What is made of the figures: JSON, tables, charts, and the parts of the documentation
 * that have them.
 */
@NullMarked
package io.github.kvevents.benchmarks.report;

import org.jspecify.annotations.NullMarked;
