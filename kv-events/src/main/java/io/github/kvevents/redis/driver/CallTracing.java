package io.github.kvevents.redis.driver;

import java.net.SocketAddress;
import java.util.Map;
import java.util.function.Supplier;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.tracing.TraceContext;
import io.lettuce.core.tracing.TraceContextProvider;
import io.lettuce.core.tracing.Tracer;
import io.lettuce.core.tracing.TracerProvider;
import io.lettuce.core.tracing.Tracing;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.DaemonThreads;

/**
 * The application's tracing of commands, for the connections of this library. A command
 * makes a span if a call of the application is behind it, but not if it is one of a
 * background thread outside of any observation, or one by which the driver opens a
 * connection or looks for the nodes of a cluster. Otherwise each sweep, heartbeat and
 * blocking read of an idle instance would be a trace of its own.
 */
final class CallTracing implements Tracing, TraceContextProvider {

	private static final TraceContext UNTRACED = new TraceContext() {
	};

	/** What the names of the driver's own threads begin with. */
	private static final String DRIVER_THREADS = "lettuce-";

	private final Tracing application;

	private final Tracer tracer = new CallTracer();

	private CallTracing(Tracing application) {
		this.application = application;
	}

	/**
	 * The resources of the application, with this tracing if it traces.
	 * @param application its resources; what they share stays shared
	 * @return the resources to connect with
	 */
	static ClientResources of(ClientResources application) {
		return application.tracing().isEnabled() ? OwnResources.of(application, Map.of("tracing", tracing(application)))
				: application;
	}

	private static Supplier<Object> tracing(ClientResources resources) {
		CallTracing tracing = new CallTracing(resources.tracing());
		return () -> tracing;
	}

	@Override
	public TracerProvider getTracerProvider() {
		return () -> this.tracer;
	}

	@Override
	public TraceContextProvider initialTraceContextProvider() {
		return this;
	}

	/**
	 * Called by the thread that sends the command.
	 */
	@Override
	public @Nullable TraceContext getTraceContext() {
		TraceContext context = this.application.initialTraceContextProvider().getTraceContext();
		boolean untraced = context == null
				&& (DaemonThreads.isBackground() || Thread.currentThread().getName().startsWith(DRIVER_THREADS));
		return untraced ? UNTRACED : context;
	}

	@Override
	public boolean isEnabled() {
		return true;
	}

	@Override
	public boolean includeCommandArgsInSpanTags() {
		return this.application.includeCommandArgsInSpanTags();
	}

	@Override
	public Endpoint createEndpoint(SocketAddress socketAddress) {
		return this.application.createEndpoint(socketAddress);
	}

	/**
	 * Spans of the application, or none.
	 */
	private final class CallTracer extends Tracer {

		@Override
		public Span nextSpan() {
			return theirs().nextSpan();
		}

		@Override
		public Span nextSpan(TraceContext context) {
			return (context != UNTRACED) ? theirs().nextSpan(context)
					: Tracing.disabled().getTracerProvider().getTracer().nextSpan();
		}

		private Tracer theirs() {
			return CallTracing.this.application.getTracerProvider().getTracer();
		}

	}

}
