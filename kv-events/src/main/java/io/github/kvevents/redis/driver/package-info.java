/**
 * What connections of this library change of the application's driver: its settings, its
 * threads where the application has none, the delay between attempts to reconnect, which
 * commands are traced, and how many connections of its pool they take.
 */
@NullMarked
package io.github.kvevents.redis.driver;

import org.jspecify.annotations.NullMarked;
