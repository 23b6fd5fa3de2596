package io.github.kvevents.autoconfigure;

import io.github.kvevents.hook.HookEngineBuilder;

/**
 * Changes how the auto-configured hook engine is built. Beans of this type are called in
 * their order, after the properties were applied.
 */
@FunctionalInterface
public interface HookEngineBuilderCustomizer {

	/**
	 * Changes the builder.
	 * @param builder the builder to change
	 */
	void customize(HookEngineBuilder builder);

}
