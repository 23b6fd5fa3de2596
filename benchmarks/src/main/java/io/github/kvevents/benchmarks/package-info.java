/**
 * Measurements, run by hand: see the README of this module. Each compares with what a
 * user would pick instead, in the same run, since only ratios carry over to other
 * machines.
 */
@NullMarked
package io.github.kvevents.benchmarks;

import org.jspecify.annotations.NullMarked;
