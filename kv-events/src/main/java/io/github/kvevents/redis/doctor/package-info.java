/**
 * What can be wrong with a Redis server, its settings, and the connections to it.
 */
@NullMarked
package io.github.kvevents.redis.doctor;

import org.jspecify.annotations.NullMarked;
