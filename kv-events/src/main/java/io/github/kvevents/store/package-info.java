/**
 * The small SPI of a back end: what an operation needs of the place where the keys are. A
 * back end passes the contract test that stands beside this package in the tests.
 */
@NullMarked
package io.github.kvevents.store;

import org.jspecify.annotations.NullMarked;
