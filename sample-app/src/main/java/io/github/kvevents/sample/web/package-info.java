/**
 * Errors as RFC 9457 problem details. A wrong argument is named by its field.
 */
@NullMarked
package io.github.kvevents.sample.web;

import org.jspecify.annotations.NullMarked;
