/**
 * Who may use the actuator endpoints: {@code docs/recipes/securing-endpoints.md}.
 */
@NullMarked
package io.github.kvevents.recipes.security;

import org.jspecify.annotations.NullMarked;
