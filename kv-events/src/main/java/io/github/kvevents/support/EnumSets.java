package io.github.kvevents.support;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.springframework.util.Assert;

/**
 * Converts enum arguments of options to sets. For our packages.
 */
public final class EnumSets {

	private EnumSets() {
	}

	/**
	 * The chosen constants.
	 * @param <E> the enum
	 * @param name the name of the argument, for messages
	 * @param type the class of the enum
	 * @param elements the chosen constants; none for all
	 * @return an unmodifiable set, never empty
	 * @throws IllegalArgumentException if one of them is {@code null}
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
