/**
 * Support for tests of hooks, guards and listeners: the slice
 * {@link io.github.kvevents.test.KvEventsTest @KvEventsTest}, a
 * {@link io.github.kvevents.test.KvTestClock clock} that the test drives, and
 * {@link io.github.kvevents.test.RecordedKvEvents recorded events} with assertions.
 */
@NullMarked
package io.github.kvevents.test;

import org.jspecify.annotations.NullMarked;
