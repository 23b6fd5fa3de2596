/**
 * An application with WebFlux: {@code docs/recipes/webflux.md}.
 */
@NullMarked
package io.github.kvevents.recipes.webflux;

import org.jspecify.annotations.NullMarked;
