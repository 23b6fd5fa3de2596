@NullMarked
package io.github.kvevents.benchmarks;

import org.jspecify.annotations.NullMarked;
