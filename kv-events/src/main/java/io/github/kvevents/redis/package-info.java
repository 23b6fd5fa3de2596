/**
 * The back end that keeps keys in Redis, through any driver of Spring Data Redis. Its
 * scripts lie under the same name in the resources.
 */
@NullMarked
package io.github.kvevents.redis;

import org.jspecify.annotations.NullMarked;
