/**
 * What connections of this library change of the application's driver: its settings, the
 * delay between attempts to reconnect, and which commands are traced.
 */
@NullMarked
package io.github.kvevents.redis.driver;

import org.jspecify.annotations.NullMarked;
