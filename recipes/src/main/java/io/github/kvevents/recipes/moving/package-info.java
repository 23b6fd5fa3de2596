/**
 * From other ways to receive expiries: {@code docs/recipes/moving.md}.
 */
@NullMarked
package io.github.kvevents.recipes.moving;

import org.jspecify.annotations.NullMarked;
