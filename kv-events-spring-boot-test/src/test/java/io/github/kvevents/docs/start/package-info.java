/**
 * The application of docs/getting-started.md, word for word.
 */
package io.github.kvevents.docs.start;
