package io.github.kvevents.core;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.support.JvmFailures;

/**
 * Collects the headers of one operation. What a tracer propagates is filtered: a trace
 * context always passes, baggage only by name.
 */
final class HeaderCollector {

	private static final Log logger = LogFactory.getLog(KvTemplate.class);

	/** Of the W3C and of B3, each as its propagator writes it. */
	private static final Set<String> TRACE = Set.of("traceparent", "tracestate", "b3", "X-B3-TraceId", "X-B3-SpanId",
			"X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags");

	/** All baggage in the format of the W3C. */
	private static final String BAGGAGE = "baggage";

	private final HeaderSettings settings;

	private KvHeaders headers = KvHeaders.NONE;

	HeaderCollector(HeaderSettings settings) {
		this.settings = settings;
	}

	KvHeaders headers() {
		return this.headers;
	}

	/**
	 * Adds what the sources have.
	 */
	void addFromSources() {
		for (KvHeaderSource source : this.settings.sources()) {
			try {
				source.addHeaders(this::add);
			}
			catch (Throwable ex) {
				JvmFailures.rethrow(ex);
				logger.warn("A change has no headers of " + source.getClass().getName() + ", which failed", ex);
			}
		}
	}

	/**
	 * Adds what a tracer propagates, if it is wanted.
	 */
	void propagate(String name, String value) {
		Set<String> wanted = this.settings.baggage();
		if (TRACE.contains(name) || wanted.contains(name)) {
			add(name, value);
		}
		else if (BAGGAGE.equals(name) && !wanted.isEmpty()) {
			String kept = Arrays.stream(value.split(","))
				.filter((member) -> wanted.contains(member.split("[=;]", 2)[0].trim()))
				.collect(Collectors.joining(","));
			if (!kept.isEmpty()) {
				add(name, kept);
			}
		}
	}

	private void add(String name, String value) {
		KvHeaders more = this.headers.with(name, value);
		if (more != null) {
			this.headers = more;
		}
		else {
			this.settings.dropListener().accept(name);
		}
	}

}
