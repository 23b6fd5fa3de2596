package io.github.kvevents.autoconfigure;

/**
 * Which back end keeps the keys.
 */
enum StoreType {

	/**
	 * Redis, through the application's connection factory.
	 */
	REDIS,

	/**
	 * This process, for tests and trials: nothing survives it and nobody shares it.
	 */
	MEMORY

}
