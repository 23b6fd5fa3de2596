package io.github.kvevents.hook;

/**
 * A hook that was read from an annotation and can be registered.
 */
record HookDefinition(DefinitionSite site, KvHookOptions options, KvHookCallback callback) {
}
