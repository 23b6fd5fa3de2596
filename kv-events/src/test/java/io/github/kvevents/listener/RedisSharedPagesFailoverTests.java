package io.github.kvevents.listener;

/**
 * The same with two listeners, each of which takes what the other one has read.
 */
class RedisSharedPagesFailoverTests extends RedisListenerFailoverTests {

	@Override
	boolean hasCompanion() {
		return true;
	}

}
