package io.github.kvevents.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.core.ValueCodec.ValueType;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * A collection over a template. Elements are read a page of keys at a time, so that a
 * large collection needs neither a round trip for each element nor memory for all.
 *
 * @param <T> the type of the elements
 */
final class TemplateCollection<T> implements KvCollection<T> {

	private static final int PAGE = 256;

	private final KvTemplate template;

	private final String name;

	private final String prefix;

	private final ValueType<T> type;

	TemplateCollection(KvTemplate template, String name, ValueType<T> type) {
		this.template = template;
		this.name = name;
		this.prefix = name + ":";
		this.type = type;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public KvSetResult set(String id, T value) {
		return set(id, value, SetOptions.defaults());
	}

	@Override
	public KvSetResult set(String id, T value, SetOptions options) {
		return this.template.set(key(id), value, this.type, options);
	}

	@Override
	public Optional<T> get(String id) {
		return this.template.get(key(id), this.type);
	}

	@Override
	public Optional<T> delete(String id) {
		return this.template.deleteAndGet(key(id), this.type);
	}

	@Override
	public long count() {
		try (Stream<String> keys = this.template.keys(this.prefix)) {
			return keys.filter(this::hasId).count();
		}
	}

	@Override
	public Stream<String> keys() {
		return this.template.keys(this.prefix).filter(this::hasId).map(this::id);
	}

	@Override
	public Stream<T> values() {
		return pages().flatMap((page) -> page.values().stream());
	}

	@Override
	public Map<String, T> all() {
		Map<String, T> all = new LinkedHashMap<>();
		try (Stream<Map<String, T>> pages = pages()) {
			pages.forEach((page) -> page.forEach((key, value) -> all.put(id(key), value)));
		}
		return all;
	}

	@Override
	public KvSetResult update(String id, UnaryOperator<@Nullable T> change) {
		return this.template.update(key(id), this.type, change);
	}

	@Override
	public KvWatch watch() {
		return watch(UnaryOperator.identity());
	}

	@Override
	public KvWatch watch(UnaryOperator<WatchOptions> options) {
		Arguments.notNull(options, "options");
		WatchOptions changed = Arguments.notNull(options.apply(WatchOptions.prefix(this.prefix)), "options");
		Assert.isTrue(changed.getPrefix().equals(this.prefix), () -> "'options' must keep the prefix '"
				+ KeyText.printable(this.prefix) + "' but has '" + KeyText.printable(changed.getPrefix()) + "'");
		return this.template.watch(changed);
	}

	private Stream<Map<String, T>> pages() {
		Stream<String> keys = this.template.keys(this.prefix).filter(this::hasId);
		Iterator<String> iterator = keys.iterator();
		Iterator<Map<String, T>> pages = new Iterator<>() {

			@Override
			public boolean hasNext() {
				return iterator.hasNext();
			}

			@Override
			public Map<String, T> next() {
				List<String> page = new ArrayList<>(PAGE);
				do {
					page.add(iterator.next());
				}
				while (page.size() < PAGE && iterator.hasNext());
				return TemplateCollection.this.template.batchGet(page, TemplateCollection.this.type);
			}

		};
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pages, Spliterator.NONNULL), false)
			.onClose(keys::close);
	}

	private String key(String id) {
		Assert.hasLength(id, () -> "'id' must not be null or empty but was " + ((id != null) ? "''" : "null"));
		return this.prefix + id;
	}

	/** The key {@code name:} alone belongs to nobody: there is no id to reach it by. */
	private boolean hasId(String key) {
		return key.length() > this.prefix.length();
	}

	private String id(String key) {
		return key.substring(this.prefix.length());
	}

}
