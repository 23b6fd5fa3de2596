/**
 * The library as an application of plain Spring uses it: without Spring Boot, every bean
 * declared by hand, public API only.
 */
@NullMarked
package io.github.kvevents.plain;

import org.jspecify.annotations.NullMarked;
