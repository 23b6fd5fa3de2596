/**
 * An application whose hooks are tested.
 */
package io.github.kvevents.test.app;
