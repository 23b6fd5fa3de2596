/**
 * The application of docs/getting-started.md, word for word.
 */
@NullMarked
package io.github.kvevents.docs.start;

import org.jspecify.annotations.NullMarked;
