package io.github.kvevents.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.KeyText;

/**
 * Counts the headers that changes don't carry, since they were too long:
 * {@code kv.header.dropped}.
 */
public final class KvHeaderMeter implements MeterBinder {

	private static final Log logger = LogFactory.getLog(KvHeaderMeter.class);

	private static final String NAME = "kv.header.dropped";

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final AtomicBoolean warned = new AtomicBoolean();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		registry.counter(NAME);
	}

	/**
	 * Counts a header, and warns of the first one.
	 * @param name its name
	 */
	public void dropped(String name) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("A change goes without its header '%s', as others may: its name is malformed, or all headers "
				.formatted(KeyText.printable(name)) + "have more than " + KvHeaders.MAX_BYTES
					+ " bytes: shorten them or leave out some of 'kv.events.headers.baggage'");
		}
		this.registries.forEach((registry) -> registry.counter(NAME).increment());
	}

}
