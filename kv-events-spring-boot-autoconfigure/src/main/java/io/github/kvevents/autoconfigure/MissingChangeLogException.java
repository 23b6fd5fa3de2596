package io.github.kvevents.autoconfigure;

/**
 * The change log is switched on, and the store keeps none.
 */
class MissingChangeLogException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MissingChangeLogException(Class<?> storeType) {
		super("The change log is switched on ('kv.events.log.enabled' is 'true'), but the application's own KvStore of type '"
				+ storeType.getName() + "' is no ChangeLogStore, and there is no other bean of that type.");
	}

}
