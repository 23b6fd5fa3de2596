package io.github.kvevents.test;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;
import org.springframework.test.context.support.AbstractTestExecutionListener;
import org.springframework.test.context.support.DependencyInjectionTestExecutionListener;

import io.github.kvevents.test.TestIsolation.State;

/**
 * {@link TestExecutionListener} that keeps the test methods of a context apart: before
 * the first method of a class it remembers what there is, after each one it restores
 * that. Where a hook or listener hasn't ended, the next method has a new context.
 */
class KvEventsTestExecutionListener extends AbstractTestExecutionListener {

	private static final String STATE = KvEventsTestExecutionListener.class.getName() + ".state";

	private static final String START = KvEventsTestExecutionListener.class.getName() + ".start";

	private static final String BEGUN = KvEventsTestExecutionListener.class.getName() + ".begun";

	/** Around the transactions of tests, so that they have ended. */
	@Override
	public int getOrder() {
		return 3900;
	}

	/**
	 * Remembers what the application wrote as it started, before the methods that run
	 * before all tests.
	 */
	@Override
	public void prepareTestInstance(TestContext testContext) {
		TestIsolation isolation = isolation(testContext);
		if (isolation != null && !testContext.hasAttribute(START)) {
			isolation.requireUnused(testContext.getTestClass().getName());
			testContext.setAttribute(START, isolation.save());
		}
	}

	@Override
	public void beforeTestMethod(TestContext testContext) {
		TestIsolation isolation = isolation(testContext);
		if (isolation != null) {
			isolation.begin(name(testContext));
			testContext.setAttribute(BEGUN, true);
			testContext.computeAttribute(STATE, (name) -> isolation.save());
		}
	}

	@Override
	public void afterTestMethod(TestContext testContext) {
		TestIsolation isolation = isolation(testContext);
		if (isolation != null && testContext.removeAttribute(BEGUN) != null) {
			try {
				restore(testContext, isolation, STATE);
			}
			finally {
				isolation.end();
			}
		}
	}

	@Override
	public void afterTestClass(TestContext testContext) {
		TestIsolation isolation = isolation(testContext);
		if (isolation != null && isolation.isUnused()) {
			restore(testContext, isolation, START);
		}
	}

	private static void restore(TestContext testContext, TestIsolation isolation, String attribute) {
		if (testContext.getAttribute(attribute) instanceof State state && !isolation.restore(state)) {
			testContext.removeAttribute(STATE);
			testContext.removeAttribute(START);
			testContext.markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
			testContext.setAttribute(DependencyInjectionTestExecutionListener.REINJECT_DEPENDENCIES_ATTRIBUTE, true);
		}
	}

	private static String name(TestContext testContext) {
		return testContext.getTestClass().getName() + "." + testContext.getTestMethod().getName();
	}

	private static @Nullable TestIsolation isolation(TestContext testContext) {
		if (!testContext.hasApplicationContext()) {
			return null;
		}
		ApplicationContext context = testContext.getApplicationContext();
		return context.getBeanProvider(TestIsolation.class).getIfAvailable();
	}

}
