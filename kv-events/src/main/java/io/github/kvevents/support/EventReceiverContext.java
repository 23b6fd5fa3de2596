package io.github.kvevents.support;

import java.util.Map;

import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvHeaders;

/**
 * The context of an observation in which an event is handled that was made elsewhere, or
 * long ago: a tracer finds the trace of its operation in the headers. For our packages.
 */
public final class EventReceiverContext extends ReceiverContext<Map<String, String>> {

	private EventReceiverContext(Map<String, String> headers) {
		super(Map::get, Kind.CONSUMER);
		setCarrier(headers);
	}

	/**
	 * The context to handle an event in.
	 * @param event the event
	 * @return one of this class if the event carries a trace, otherwise a plain one
	 */
	public static Observation.Context of(KvEvent event) {
		return KvHeaders.hasTrace(event.getHeaders()) ? new EventReceiverContext(event.getHeaders())
				: new Observation.Context();
	}

}
