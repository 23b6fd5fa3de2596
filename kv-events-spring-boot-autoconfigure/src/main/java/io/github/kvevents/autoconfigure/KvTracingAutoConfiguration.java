package io.github.kvevents.autoconfigure;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for spans of hooks and listeners
 * that are linked to the operation that made the change. Without it they continue its
 * trace.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration")
@ConditionalOnClass({ TracingObservationHandler.class, Tracer.class, Propagator.class })
@ConditionalOnBean({ Tracer.class, Propagator.class })
@ConditionalOnProperty(name = "kv.events.headers.receive-trace", havingValue = "link")
public final class KvTracingAutoConfiguration {

	/**
	 * In front of the handlers of Boot, of which one would continue the trace.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	LinkedTraceHandler kvLinkedTraceHandler(Tracer tracer, Propagator propagator) {
		return new LinkedTraceHandler(tracer, propagator);
	}

}
