/**
 * Tests of the test support.
 */
package io.github.kvevents.test;
