package io.github.kvevents.annotation;

import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookOptions;

/**
 * A hook that was read from an annotation and can be registered.
 */
record HookDefinition(DefinitionSite site, KvHookOptions options, KvHookCallback callback) {
}
