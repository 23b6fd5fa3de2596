/**
 * The Spring Boot side: properties, auto-configurations and failure analyzers. It puts
 * the other packages together, and nothing uses it.
 */
@NullMarked
package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.NullMarked;
