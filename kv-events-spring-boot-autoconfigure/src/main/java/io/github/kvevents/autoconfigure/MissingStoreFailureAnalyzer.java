package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to come by a back end.
 */
class MissingStoreFailureAnalyzer extends AbstractFailureAnalyzer<MissingStoreException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingStoreException cause) {
		String action = String.format("Do one of these:%n%n"
				+ "    - add 'org.springframework.boot:spring-boot-starter-data-redis' and don't exclude Boot's auto-configuration of Redis%n"
				+ "    - declare a RedisConnectionFactory bean; of several, mark one as @Primary%n"
				+ "    - set 'kv.events.store=memory' to keep keys in this process%n"
				+ "    - set 'kv.events.enabled=false' to switch kv-events off");
		return new FailureAnalysis(cause.getMessage(), action, cause);
	}

}
