package io.github.kvevents.autoconfigure;

import io.github.kvevents.hook.HookEngineBuilder;

/**
 * Customizes the builder of the auto-configured hook engine. Beans of this type are
 * called in their order, after the properties have been applied.
 */
@FunctionalInterface
public interface HookEngineBuilderCustomizer {

	/**
	 * Customizes the builder.
	 * @param builder the builder to customize
	 */
	void customize(HookEngineBuilder builder);

}
