package io.github.kvevents.autoconfigure;

/**
 * The back end that keeps the keys.
 */
enum StoreType {

	/**
	 * Redis, through the application's connection factory.
	 */
	REDIS,

	/**
	 * This process, for tests and trials: keys are lost when it ends and not shared.
	 */
	MEMORY

}
