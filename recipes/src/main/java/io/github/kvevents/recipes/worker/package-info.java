/**
 * An application without a web server: {@code docs/recipes/worker.md}.
 */
@NullMarked
package io.github.kvevents.recipes.worker;

import org.jspecify.annotations.NullMarked;
