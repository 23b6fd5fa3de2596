/**
 * The audit trail: a durable listener writes it, nobody waits for it. It holds no values.
 */
@NullMarked
package io.github.kvevents.sample.audit;

import org.jspecify.annotations.NullMarked;
