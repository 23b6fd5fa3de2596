package io.github.kvevents.test;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.assertj.core.api.AssertProvider;

import org.springframework.util.Assert;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;

/**
 * The events that this instance of the application published since the test method began:
 * those of its own operations and the expiries that it handled, in the order in which
 * they were published. An event is recorded before its hooks are called, so it precedes
 * the events of what these write, and it is recorded whether or not there is a hook for
 * it.
 * <p>
 * For assertions: {@code assertThat(events).expired("checkout:1").hasValue(order).once()}
 * with AssertJ's own {@code assertThat}, see {@link RecordedKvEventsAssert}. Recording
 * counts as a receiver of expiries: with {@code kv.events.expiry.tracking.mode=auto} keys
 * are tracked, also where nothing else receives them. Safe for use by many threads.
 */
public final class RecordedKvEvents implements AssertProvider<RecordedKvEventsAssert> {

	private final EventRecorder recorder;

	private final Predicate<KvEvent> filter;

	private final String filterText;

	RecordedKvEvents(EventRecorder recorder) {
		this(recorder, (event) -> true, "");
	}

	private RecordedKvEvents(EventRecorder recorder, Predicate<KvEvent> filter, String filterText) {
		this.recorder = recorder;
		this.filter = filter;
		this.filterText = filterText;
	}

	/**
	 * The events so far.
	 * @return a copy, oldest first
	 */
	public List<KvEvent> all() {
		return this.recorder.all().stream().filter(this.filter).toList();
	}

	/**
	 * The events so far.
	 * @return a stream of a copy, oldest first
	 */
	public Stream<KvEvent> stream() {
		return all().stream();
	}

	/**
	 * The events so far of one class.
	 * @param <E> the type of the events
	 * @param type the class, for example {@link io.github.kvevents.KvExpiredEvent}
	 * @return a copy, oldest first
	 */
	public <E extends KvEvent> List<E> all(Class<E> type) {
		Assert.notNull(type, "'type' must not be null");
		return stream().filter(type::isInstance).map(type::cast).toList();
	}

	/**
	 * How many events there are.
	 * @return the number so far
	 */
	public int size() {
		return all().size();
	}

	/**
	 * The events of some types.
	 * @param types the types, at least one
	 * @return a view, which grows with these events
	 */
	public RecordedKvEvents ofType(KvEventType... types) {
		Assert.notEmpty(types, "'types' must not be empty");
		Set<KvEventType> selected = EnumSet.copyOf(Arrays.asList(types));
		return filter((event) -> selected.contains(event.getType()), "of type " + text(types));
	}

	/**
	 * The events of some keys.
	 * @param keys the keys, at least one
	 * @return a view, which grows with these events
	 */
	public RecordedKvEvents withKey(String... keys) {
		return withKey(KeyFilter.keys(List.of(keys)), "of " + text(keys));
	}

	/**
	 * The events of keys that begin with a text.
	 * @param prefixes the texts, at least one, of which any suffices
	 * @return a view, which grows with these events
	 */
	public RecordedKvEvents withPrefix(String... prefixes) {
		return withKey(KeyFilter.prefix(prefixes), "with the prefix " + text(prefixes));
	}

	private RecordedKvEvents withKey(KeyFilter keys, String text) {
		return filter((event) -> keys.matches(event.getKey()), text);
	}

	/**
	 * The events that a filter selects.
	 * @param filter the filter
	 * @return a view, which grows with these events
	 */
	public RecordedKvEvents filter(Predicate<KvEvent> filter) {
		Assert.notNull(filter, "'filter' must not be null");
		return filter(filter, "that pass the filter");
	}

	RecordedKvEvents filter(Predicate<KvEvent> filter, String text) {
		return new RecordedKvEvents(this.recorder, this.filter.and(filter),
				this.filterText.isEmpty() ? text : this.filterText + " " + text);
	}

	private static String text(Object[] parts) {
		return Stream.of(parts).map((part) -> "'" + part + "'").collect(Collectors.joining(", "));
	}

	/**
	 * Forgets all events so far, also those that are not in this view. The test support
	 * does before each test method.
	 */
	public void clear() {
		this.recorder.clear();
	}

	EventRecorder recorder() {
		return this.recorder;
	}

	/** In words, empty for all events. */
	String filterText() {
		return this.filterText;
	}

	/**
	 * For AssertJ's {@code assertThat}.
	 */
	@Override
	public RecordedKvEventsAssert assertThat() {
		return new RecordedKvEventsAssert(this);
	}

	@Override
	public String toString() {
		return "RecordedKvEvents" + all();
	}

}
