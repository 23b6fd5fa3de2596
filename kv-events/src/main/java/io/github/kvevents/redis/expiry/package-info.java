/**
 * The index of deadlines in Redis: what is due is swept, announced and delivered once.
 */
@NullMarked
package io.github.kvevents.redis.expiry;

import org.jspecify.annotations.NullMarked;
