package io.github.kvevents.test;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link TestRedis} that they share: started by the first that needs it,
 * emptied before each test, stopped after the last test of the run.
 */
public final class TestRedisExtension implements BeforeEachCallback, ParameterResolver {

	@Override
	public void beforeEach(ExtensionContext context) {
		shared(context).reset();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == TestRedis.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return shared(context);
	}

	private TestRedis shared(ExtensionContext context) {
		// what lies in the root's store and is AutoCloseable is closed at the run's end
		return context.getRoot()
			.getStore(Namespace.create(TestRedisExtension.class))
			.computeIfAbsent(TestRedis.class, (type) -> TestRedis.start(), TestRedis.class);
	}

}
