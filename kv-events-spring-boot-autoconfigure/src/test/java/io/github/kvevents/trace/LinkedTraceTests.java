package io.github.kvevents.trace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.autoconfigure.KvTracingAutoConfiguration;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.support.EventReceiverContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the span of a receiver has to do with that of the operation.
 */
class LinkedTraceTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static final String SPAN = "00f067aa0ba902b7";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Tracing.class, Propagation.class)
		.withConfiguration(AutoConfigurations.of(KvTracingAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "traceparent=00-" + TRACE + "-" + SPAN + "-01", "b3=" + TRACE + "-" + SPAN + "-1",
			"X-B3-TraceId=" + TRACE + "&X-B3-SpanId=" + SPAN })
	void spanOfAReceiverIsLinkedToTheOperation(String headers) {
		this.runner.withPropertyValues("kv.events.headers.receive-trace=link").run((context) -> {
			SpanData span = receive(context, headers);
			assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
			assertThat(span.getTraceId()).isNotEqualTo(TRACE);
			assertThat(span.getParentSpanContext().isValid()).isFalse();
			assertThat(span.getLinks()).singleElement().satisfies((link) -> {
				assertThat(link.getSpanContext().getTraceId()).isEqualTo(TRACE);
				assertThat(link.getSpanContext().getSpanId()).isEqualTo(SPAN);
			});
			assertThat(context.getBeansOfType(PropagatingReceiverTracingObservationHandler.class))
				.as("Boot's own one for all other receivers is not replaced")
				.isEmpty();
		});
	}

	@Test
	void spanOfAReceiverContinuesTheTraceByDefault() {
		this.runner.run((context) -> {
			SpanData span = receive(context, "traceparent=00-" + TRACE + "-" + SPAN + "-01");
			assertThat(span.getTraceId()).isEqualTo(TRACE);
			assertThat(span.getParentSpanId()).isEqualTo(SPAN);
			assertThat(span.getLinks()).isEmpty();
		});
	}

	@Test
	void malformedHeaderLinksNothing() {
		this.runner.withPropertyValues("kv.events.headers.receive-trace=link").run((context) -> {
			for (String headers : List.of("traceparent=garbage", "traceparent=-", "b3=1", "b3=0", "X-B3-TraceId=x",
					"traceparent=00-zz-yy-01")) {
				assertThat(receive(context, headers).getLinks()).as(headers)
					.allSatisfy((link) -> assertThat(link.getSpanContext().isValid()).isFalse());
			}
		});
	}

	@SuppressWarnings("unchecked") // beans by their raw types
	private SpanData receive(ApplicationContext context, String headers) {
		ObservationRegistry registry = ObservationRegistry.create();
		List<ObservationHandler<? extends Observation.Context>> handlers = new ArrayList<>();
		context.getBeanProvider(TracingObservationHandler.class).forEach(handlers::add);
		handlers.add(context.getBean("handler", ObservationHandler.class));
		registry.observationConfig().observationHandler(new FirstMatchingCompositeObservationHandler(handlers));
		KvEvent event = KvEventBuilder.forKey(this, "k", new PlainKvCodec())
			.headers(KvHeaders.decode(headers.getBytes(StandardCharsets.UTF_8)))
			.value(new byte[] { 1 })
			.set(KvEventType.SET);
		InMemorySpanExporter spans = context.getBean(InMemorySpanExporter.class);
		spans.reset();
		Observation.createNotStarted("kv.listener", () -> EventReceiverContext.of(event), registry).observe(() -> {
		});
		return spans.getFinishedSpanItems().get(0);
	}

	@Configuration(proxyBeanMethods = false)
	static class Propagation {

		@Bean
		Propagator propagator(SdkTracerProvider provider) {
			return new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()),
					provider.get("test"));
		}

	}

}
