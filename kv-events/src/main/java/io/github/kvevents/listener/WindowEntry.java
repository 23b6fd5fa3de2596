package io.github.kvevents.listener;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;

/**
 * An entry in a {@link DeliveryWindow}, which guards it by its lock. It doesn't hold the
 * values: many that were passed over may wait behind one that fails.
 */
final class WindowEntry {

	final KvPosition position;

	final String operationId;

	final long ordinal;

	/** Whether it is for the handler, or passed over. */
	final boolean handled;

	/** How large its event is, which waits elsewhere. */
	final long bytes;

	boolean done;

	boolean deadLettered;

	boolean failed;

	WindowEntry(LoggedChange change, long ordinal, boolean handled) {
		this.position = change.position();
		this.operationId = change.operationId();
		this.ordinal = ordinal;
		this.handled = handled;
		this.bytes = change.bytes();
		this.done = !handled;
	}

}
