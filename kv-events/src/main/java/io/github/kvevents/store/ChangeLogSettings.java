package io.github.kvevents.store;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * The settings of the change log of a store.
 *
 * @param namespace where the log is, a stream for each partition
 * @param instanceId the origin of the changes that this instance makes
 * @param maxLength how many entries of a partition are kept, approximately; older ones
 * are removed, read or not
 * @param maxAge how long entries are kept that no listener needs
 */
public record ChangeLogSettings(Namespace namespace, String instanceId, long maxLength, Duration maxAge) {

	public ChangeLogSettings {
		Assert.notNull(namespace, "'namespace' must not be null");
		Assert.hasText(instanceId, "'instanceId' must not be empty");
		Assert.isTrue(maxLength >= 1, () -> "'maxLength' must be at least 1 but was " + maxLength);
		Assert.isTrue(!maxAge.isNegative() && !maxAge.isZero(),
				() -> "'maxAge' must be more than zero but was " + maxAge);
	}

}
