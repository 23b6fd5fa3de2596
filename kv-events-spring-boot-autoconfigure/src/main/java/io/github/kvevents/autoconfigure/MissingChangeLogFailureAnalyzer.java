package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how an application's own store comes by a change log.
 */
class MissingChangeLogFailureAnalyzer extends AbstractFailureAnalyzer<MissingChangeLogException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingChangeLogException cause) {
		String action = String.format("Do one of these:%n%n"
				+ "    - declare a bean of type io.github.kvevents.store.ChangeLogStore that reads the log which your KvStore writes%n"
				+ "    - remove your KvStore bean, so that the auto-configured one is used%n"
				+ "    - set 'kv.events.log.enabled=false' to do without the change log");
		return new FailureAnalysis(cause.getMessage(), action, cause);
	}

}
