package io.github.kvevents.support;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.SimpleReflectiveProcessor;

import io.github.kvevents.KvEvent;

/**
 * What a native image needs to call a method for an event: the method, and what decodes
 * the values that it takes. For our packages.
 */
public final class CalledMethodHints extends SimpleReflectiveProcessor {

	private final BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();

	@Override
	protected void registerMethodHint(ReflectionHints hints, Method method) {
		super.registerMethodHint(hints, method);
		for (Type parameter : method.getGenericParameterTypes()) {
			if (!(parameter instanceof Class<?> type && KvEvent.class.isAssignableFrom(type))) {
				this.binding.registerReflectionHints(hints, parameter);
			}
		}
	}

}
