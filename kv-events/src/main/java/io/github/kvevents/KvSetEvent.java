package io.github.kvevents;

/**
 * A key was set: {@link KvEventType#SET}, {@link KvEventType#SET_RAW} or
 * {@link KvEventType#BATCH_SET}.
 */
public final class KvSetEvent extends KvEvent {

	private static final long serialVersionUID = 1L;

	KvSetEvent(KvEventType type, KvChange change, KvEventBuilder builder) {
		super(type, change, builder);
	}

}
