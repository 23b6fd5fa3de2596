package io.github.kvevents.support;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.springframework.util.Assert;

/**
 * Reads what options choose from an enum. For our packages.
 */
public final class EnumSets {

	private EnumSets() {
	}

	/**
	 * What was chosen.
	 * @param <E> the enum
	 * @param name the name of the argument, for messages
	 * @param type the class of the enum
	 * @param elements what was chosen, none: all
	 * @return an unmodifiable set, never empty
	 * @throws IllegalArgumentException if there is a {@code null} in it
	 */
	@SafeVarargs
	@SuppressWarnings("varargs") // the array is only read
	public static <E extends Enum<E>> Set<E> chosen(String name, Class<E> type, E... elements) {
		Assert.notNull(elements, () -> "'" + name + "' must not be null");
		Assert.noNullElements(elements,
				() -> "'" + name + "' must not have a null element but was " + Arrays.toString(elements));
		return Collections
			.unmodifiableSet((elements.length > 0) ? EnumSet.copyOf(List.of(elements)) : EnumSet.allOf(type));
	}

}
