package io.github.kvevents.redis.driver;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Supplier;

import io.lettuce.core.resource.ClientResources;

/**
 * The threads and settings of the application's driver, some of them replaced. A proxy:
 * resources that are copied would have to be shut down, and would shut down the threads
 * of the application; and the versions of Lettuce differ in what the interface has.
 */
final class OwnResources {

	private OwnResources() {
	}

	/**
	 * The resources of the application, without some.
	 * @param replaced what to return instead, by the name of the method
	 */
	static ClientResources of(ClientResources application, Map<String, Supplier<Object>> replaced) {
		return (ClientResources) Proxy.newProxyInstance(OwnResources.class.getClassLoader(),
				new Class<?>[] { ClientResources.class }, (proxy, method, arguments) -> {
					Supplier<Object> own = replaced.get(method.getName());
					if (own != null) {
						return own.get();
					}
					try {
						return method.invoke(application, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
