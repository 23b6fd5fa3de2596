package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

/**
 * Where a hook comes from.
 *
 * @param beanName the bean whose method it is, {@code null} for a callback
 * @param methodName the method, {@code null} for a callback
 */
public record HookOrigin(@Nullable String beanName, @Nullable String methodName) {

	static final HookOrigin CALLBACK = new HookOrigin(null, null);

	/**
	 * What the id of a hook is made from that has none.
	 */
	String defaultId() {
		return (this.beanName != null) ? this.beanName + "." + this.methodName : "hook";
	}

}
