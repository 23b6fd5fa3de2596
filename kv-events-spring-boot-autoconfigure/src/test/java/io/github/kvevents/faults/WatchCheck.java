package io.github.kvevents.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.History.Session;

/**
 * What watches with replay delivered: for each key a value that the log has, or its
 * creation, then each further change of it.
 */
final class WatchCheck {

	/** A value that a lost reply had written twice: which of the two isn't known. */
	private static final int AMBIGUOUS = -2;

	private final History history;

	private final Snapshot snapshot;

	private final Bounds bounds;

	private final Findings findings;

	private final Map<String, List<Entry>> chains;

	WatchCheck(History history, Snapshot snapshot, Bounds bounds, Findings findings) {
		this.history = history;
		this.snapshot = snapshot;
		this.bounds = bounds;
		this.findings = findings;
		this.chains = snapshot.chains();
	}

	void check() {
		for (Session session : this.history.sessions()) {
			Map<String, List<Entry>> delivered = new LinkedHashMap<>();
			verifiable(session)
				.forEach((entry) -> delivered.computeIfAbsent(entry.key(), (key) -> new ArrayList<>()).add(entry));
			delivered
				.forEach((key, entries) -> consecutive(session, this.chains.getOrDefault(key, List.of()), entries));
			if (session.isComplete()) {
				upToDate(session, delivered);
			}
		}
	}

	/**
	 * A watch that fails since the server lost something may, until it notices, deliver
	 * what was written since.
	 */
	private List<Entry> verifiable(Session session) {
		if (!this.bounds.dataLost() || !session.isFailed()) {
			return session.entries();
		}
		List<Entry> entries = new ArrayList<>();
		for (Entry entry : session.entries()) {
			List<Entry> chain = this.chains.getOrDefault(entry.key(), List.of());
			boolean replayed = entry.previous() == null && entry.value() != null;
			if (!chain.contains(entry)
					&& (!replayed || chain.stream().noneMatch((one) -> entry.value().equals(one.value())))) {
				return entries;
			}
			entries.add(entry);
		}
		return entries;
	}

	private void consecutive(Session session, List<Entry> chain, List<Entry> entries) {
		Map<Entry, Integer> places = new HashMap<>();
		Map<String, Integer> values = new HashMap<>();
		for (Entry entry : chain) {
			values.merge(String.valueOf(entry.value()), places.size(), (one, other) -> AMBIGUOUS);
			places.put(entry, places.size());
		}
		Integer last = null;
		for (Entry entry : entries) {
			Integer place = places.get(entry);
			boolean replayed = place == null && entry.previous() == null && entry.value() != null;
			if (replayed && last == null) {
				place = values.get(entry.value());
			}
			if (place == null) {
				gone(session, entry);
			}
			else {
				// a key that was removed while the watch opened isn't replayed
				boolean any = (last == null) ? replayed || entry.previous() == null || entry.isRemoval()
						: last == AMBIGUOUS;
				if (!any && (last == null || place != last + 1)) {
					this.findings.violation(Invariant.WATCH, "%s delivered %s behind %s".formatted(session.id(), entry,
							(last != null) ? chain.get(last) : "nothing"));
				}
				last = place;
			}
		}
	}

	/**
	 * Where the server lost it, the watch has to fail.
	 */
	private void gone(Session session, Entry entry) {
		if (!this.bounds.dataLost() || session.isComplete()) {
			this.findings.violation(Invariant.WATCH,
					"%s delivered %s, which is not in the log".formatted(session.id(), entry));
		}
	}

	private void upToDate(Session session, Map<String, List<Entry>> delivered) {
		Set<String> keys = this.chains.keySet();
		for (String key : keys) {
			List<Entry> entries = delivered.getOrDefault(key, List.of());
			String value = entries.isEmpty() ? null : entries.get(entries.size() - 1).value();
			if (!Objects.equals(value, this.snapshot.stored().get(key))) {
				this.findings.violation(Invariant.WATCH, "%s has %s for %s, stored is %s".formatted(session.id(), value,
						key, this.snapshot.stored().get(key)));
			}
		}
	}

}
