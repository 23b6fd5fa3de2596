package io.github.kvevents.autoconfigure;

import java.util.Map;

import io.micrometer.observation.Observation;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.EventReceiverContext;

/**
 * Begins a trace for each event that is handled elsewhere or later than it was made, with
 * a link to the span of the operation. It is no subclass of the handler that continues a
 * trace, in whose place Boot would take it for all other receivers.
 */
class LinkedTraceHandler implements TracingObservationHandler<EventReceiverContext> {

	private final Tracer tracer;

	private final PropagatingReceiverTracingObservationHandler<EventReceiverContext> receiver;

	/**
	 * Creates a handler.
	 * @param propagator knows the application's form of the headers
	 */
	LinkedTraceHandler(Tracer tracer, Propagator propagator) {
		this.tracer = tracer;
		this.receiver = new PropagatingReceiverTracingObservationHandler<>(tracer, propagator) {

			@Override
			public Span.Builder customizeExtractedSpan(EventReceiverContext context, Span.Builder builder) {
				return link(context.getCarrier(), builder);
			}

		};
	}

	private Span.Builder link(@Nullable Map<String, String> headers, Span.Builder builder) {
		Span.Builder root = builder.setNoParent();
		String[] ids = (headers != null) ? operation(headers) : null;
		if (ids == null) {
			return root;
		}
		TraceContext operation = this.tracer.traceContextBuilder().traceId(ids[0]).spanId(ids[1]).sampled(true).build();
		return root.addLink(new Link(operation));
	}

	/**
	 * The trace and the span in the headers, in the form of W3C or one of B3.
	 */
	private static String @Nullable [] operation(Map<String, String> headers) {
		String w3c = headers.get("traceparent");
		String[] parts = (w3c != null) ? w3c.substring(w3c.indexOf('-') + 1).split("-")
				: headers.getOrDefault("b3", "").split("-");
		if (parts.length >= 2) {
			return parts;
		}
		String trace = headers.get("X-B3-TraceId");
		String span = headers.get("X-B3-SpanId");
		return (trace != null && span != null) ? new String[] { trace, span } : null;
	}

	@Override
	public Tracer getTracer() {
		return this.tracer;
	}

	@Override
	public void onStart(EventReceiverContext context) {
		this.receiver.onStart(context);
	}

	@Override
	public void onError(EventReceiverContext context) {
		this.receiver.onError(context);
	}

	@Override
	public void onStop(EventReceiverContext context) {
		this.receiver.onStop(context);
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof EventReceiverContext;
	}

}
