/**
 * Which server is the primary, where that can change: connections that lead to a former
 * one are closed.
 */
@NullMarked
package io.github.kvevents.redis.topology;

import org.jspecify.annotations.NullMarked;
