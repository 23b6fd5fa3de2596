package io.github.kvevents.core;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which headers the changes of a template carry.
 *
 * @param trace whether they carry the trace context, where operations are traced
 * @param baggage the names of the fields of baggage that they carry with it
 * @param sources what adds further headers
 * @param dropListener called with the name of each header that was dropped, since the
 * headers would have been too long with it; must be quick
 */
public record HeaderSettings(boolean trace, Set<String> baggage, List<KvHeaderSource> sources,
		Consumer<String> dropListener) {

	public HeaderSettings {
		baggage = Set.copyOf(baggage);
		sources = List.copyOf(sources);
	}

	/**
	 * The defaults: the trace context alone.
	 * @return the settings
	 */
	public static HeaderSettings defaults() {
		return new HeaderSettings(true, Set.of(), List.of(), (name) -> {
		});
	}

}
