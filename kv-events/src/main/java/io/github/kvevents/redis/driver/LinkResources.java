package io.github.kvevents.redis.driver;

import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.ClientResources;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;

/**
 * The threads and settings of the driver for all clients of a link: those of the
 * application, and what this library changes. Where the application's factory has none,
 * as one that the application makes itself, each client would make its own: as many
 * threads again for each, which end when that client stops, and none of our settings. So
 * the link makes them. Used by many threads at once.
 */
public final class LinkResources {

	private static final Log logger = LogFactory.getLog(LinkResources.class);

	private final LettuceClientConfiguration application;

	private @Nullable ClientResources resources;

	/** What was made for the link, {@code null} for what belongs to the application. */
	private @Nullable ClientResources made;

	private boolean shutDown;

	/**
	 * Creates the resources of a link; nothing is made before it is needed.
	 * @param application the settings of the application
	 */
	public LinkResources(LettuceClientConfiguration application) {
		this.application = application;
	}

	/**
	 * What to connect with.
	 * @return the same for all clients
	 * @throws RedisConnectionFailureException if they are shut down
	 */
	public synchronized ClientResources get() {
		if (this.shutDown) {
			throw new RedisConnectionFailureException("The connections of kv-events are closed");
		}
		ClientResources resources = this.resources;
		if (resources == null) {
			ClientResources plain = this.application.getClientResources().orElseGet(this::make);
			resources = SpreadResources.of(QuietAttempts.of(CallTracing.of(plain)));
			this.resources = resources;
		}
		return resources;
	}

	private ClientResources make() {
		ClientResources made = ClientResources.create();
		this.made = made;
		return made;
	}

	/**
	 * Ends the threads, unless they belong to the application. The clients are closed, or
	 * about to be.
	 * @param quietMillis for how long the threads take what is still submitted
	 * @param endingMillis when they end at the latest
	 */
	public synchronized void shutDown(long quietMillis, long endingMillis) {
		this.shutDown = true;
		ClientResources made = this.made;
		if (made != null) {
			this.made = null;
			made.shutdown(quietMillis, endingMillis, TimeUnit.MILLISECONDS).addListener((ended) -> {
				if (!ended.isSuccess()) {
					logger.debug("The threads of the driver did not end", ended.cause());
				}
			});
		}
	}

}
