/**
 * The rows of the report, by subject. Each method that measures is a row or several of
 * one kind.
 */
@NullMarked
package io.github.kvevents.benchmarks.rows;

import org.jspecify.annotations.NullMarked;
