/**
 * A receipt by mail for each order that was paid. What the mail server refuses becomes a
 * dead letter, and can be redriven.
 */
@NullMarked
package io.github.kvevents.sample.receipt;

import org.jspecify.annotations.NullMarked;
