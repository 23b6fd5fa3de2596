package io.github.kvevents.faults;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;

/**
 * A change as the log has it, or as a listener or a watch received it. All values of a
 * run differ, so two equal entries are the same one.
 *
 * @param position where it is in the log; of a replayed one where the replay began
 * @param type the operation
 * @param key the key
 * @param value the value after it, {@code null} if the key was removed
 * @param previous the value before it
 */
record Entry(KvPosition position, KvEventType type, String key, @Nullable String value, @Nullable String previous) {

	private static final String ABSENT = "-";

	static Entry of(KvEvent event) {
		KvPosition position = event.getPosition();
		if (position == null) {
			throw new IllegalStateException("No position: " + event);
		}
		return new Entry(position, event.getType(), event.getKey(), event.getValue(String.class),
				event.getPreviousValue(String.class));
	}

	/**
	 * The entry as words of a line.
	 */
	String words() {
		return "%s %s %s %s %s".formatted(this.position, this.type, this.key, word(this.value), word(this.previous));
	}

	static Entry parse(String[] words, int first) {
		return new Entry(KvPosition.parse(words[first]), KvEventType.valueOf(words[first + 1]), words[first + 2],
				text(words[first + 3]), text(words[first + 4]));
	}

	private static String word(@Nullable String text) {
		return (text != null) ? text : ABSENT;
	}

	private static @Nullable String text(String word) {
		return word.equals(ABSENT) ? null : word;
	}

	boolean isRemoval() {
		return this.value == null;
	}

}
