package io.github.kvevents.recipes.delayed;

/**
 * What the recipe sends with.
 */
interface Mail {

	void send(String to, String text);

}
