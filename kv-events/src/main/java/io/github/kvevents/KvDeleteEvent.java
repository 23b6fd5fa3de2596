package io.github.kvevents;

/**
 * A key that existed was deleted: {@link KvEventType#DELETE} or
 * {@link KvEventType#BATCH_DELETE}. Its last value is the event's previous value.
 */
public final class KvDeleteEvent extends KvEvent {

	private static final long serialVersionUID = 1L;

	KvDeleteEvent(KvEventType type, KvEventBuilder builder) {
		super(type, KvChange.REMOVED, builder);
	}

}
