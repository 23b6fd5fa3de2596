/**
 * Delayed messages with retries and dead letters:
 * {@code docs/recipes/delayed-messages.md}.
 */
@NullMarked
package io.github.kvevents.recipes.delayed;

import org.jspecify.annotations.NullMarked;
