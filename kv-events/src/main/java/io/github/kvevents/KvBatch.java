package io.github.kvevents;

import java.io.Serializable;

import org.springframework.util.Assert;

/**
 * The batch that an event is part of.
 *
 * @param id the same for all events of one call, unique among calls
 * @param index the position of this event's key in the caller's iteration order, from 0
 * @param size how many keys the caller passed, those included that were absent or not
 * applied and so have no event
 */
public record KvBatch(String id, int index, int size) implements Serializable {

	public KvBatch {
		Assert.hasText(id, "'id' must not be empty");
		Assert.isTrue(index >= 0 && index < size,
				() -> "'index' must be from 0 to " + (size - 1) + " but was " + index);
	}

}
