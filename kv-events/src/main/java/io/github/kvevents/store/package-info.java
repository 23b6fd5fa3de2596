/**
 * The SPI of a back end for keys and the change log. A back end must pass the contract
 * tests of this package.
 */
@NullMarked
package io.github.kvevents.store;

import org.jspecify.annotations.NullMarked;
