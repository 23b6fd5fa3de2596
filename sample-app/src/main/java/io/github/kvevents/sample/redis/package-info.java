/**
 * A real Redis inside the application, for a first try. It steps aside where a Redis is
 * configured.
 */
@NullMarked
package io.github.kvevents.sample.redis;

import org.jspecify.annotations.NullMarked;
