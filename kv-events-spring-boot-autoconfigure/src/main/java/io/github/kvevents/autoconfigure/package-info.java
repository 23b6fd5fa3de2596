/**
 * Auto-configuration, properties and failure analyzers. It connects the other packages,
 * and no other package uses it.
 */
@NullMarked
package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.NullMarked;
