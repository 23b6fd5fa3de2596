/**
 * Two applications on one Redis: {@code docs/recipes/two-applications.md}.
 */
@NullMarked
package io.github.kvevents.recipes.shop;

import org.jspecify.annotations.NullMarked;
