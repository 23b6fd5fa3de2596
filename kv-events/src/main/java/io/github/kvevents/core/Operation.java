package io.github.kvevents.core;

import java.util.Locale;

/**
 * The operations, as they are tagged in the meter {@code kv.operation}.
 */
enum Operation {

	SET, GET, DELETE, EXISTS, GET_TIME_TO_LIVE, EXPIRE, PERSIST, BATCH_SET, BATCH_GET, BATCH_DELETE, COMPARE_AND_SET;

	private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

	String tag() {
		return this.tag;
	}

}
