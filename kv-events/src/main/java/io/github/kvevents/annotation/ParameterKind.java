package io.github.kvevents.annotation;

/**
 * What a parameter of a hook or guard method takes.
 */
enum ParameterKind {

	/** The event itself. */
	EVENT("event"),

	/** The type of the event. */
	TYPE("KvEventType"),

	/** The key. */
	KEY("key"),

	/** The new value or, for a removed key, the last. */
	VALUE("value"),

	/** The value before. */
	PREVIOUS_VALUE("previous value");

	private final String description;

	ParameterKind(String description) {
		this.description = description;
	}

	@Override
	public String toString() {
		return this.description;
	}

}
