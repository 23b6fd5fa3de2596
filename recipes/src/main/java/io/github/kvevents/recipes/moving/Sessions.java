package io.github.kvevents.recipes.moving;

import org.jspecify.annotations.Nullable;

/**
 * What is to be done with a session that has ended.
 */
interface Sessions {

	void ended(String key, After.@Nullable Session last);

}
