package io.github.kvevents.redis.expiry;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.data.redis.core.script.DigestUtils;

import io.github.kvevents.KeyHint;
import io.github.kvevents.KvReceiver;

/**
 * What one instance announces to the others about its receivers of expiries. Instances
 * with the same fingerprint have the same receivers.
 */
final class Announcement {

	/**
	 * A receiver with more keys, prefixes and suffixes than this is announced as
	 * selecting any key.
	 */
	private static final int MAX_SELECTORS = 100;

	private static final int MAX_TEXT = 32_000;

	private static final String OBSERVER = "o";

	/** An instance that doesn't know it takes it for one that takes values. */
	private static final String NO_VALUE = "k";

	private static final String ANY = "*";

	private final String text;

	private final String fingerprint;

	private final String keyPrefix;

	/**
	 * Compared without regard to whether they take values: in a rolling deployment a hook
	 * may take another parameter and is the same one.
	 */
	private final Set<KvReceiver> receivers;

	private final Set<KeyHint> keysOfValues;

	private Announcement(String text) {
		this.text = text;
		this.fingerprint = DigestUtils.sha1DigestAsHex(text).substring(0, 16);
		List<String> lines = text.lines().toList();
		this.keyPrefix = lines.isEmpty() ? "" : decode(lines.get(0));
		List<KvReceiver> announced = lines.stream().skip(1).map(Announcement::receiver).toList();
		this.receivers = announced.stream().map((receiver) -> receiver.takesValue(true)).collect(Collectors.toSet());
		this.keysOfValues = announced.stream()
			.filter(KvReceiver::takesValue)
			.map(KvReceiver::keys)
			.collect(Collectors.toSet());
	}

	/**
	 * Announces receivers.
	 * @param keyPrefix the prefix of each key in Redis
	 * @param receivers the receivers of this instance
	 */
	static Announcement of(String keyPrefix, List<KvReceiver> receivers) {
		String text = text(keyPrefix, receivers, MAX_SELECTORS);
		return new Announcement((text.length() > MAX_TEXT) ? text(keyPrefix, receivers, 0) : text);
	}

	/**
	 * Parses the announcement of another instance.
	 */
	static Announcement parse(String text) {
		return new Announcement(text);
	}

	String text() {
		return this.text;
	}

	String fingerprint() {
		return this.fingerprint;
	}

	/**
	 * The same announcement without some receivers.
	 */
	Announcement without(Set<String> ids) {
		if (ids.isEmpty()) {
			return this;
		}
		return new Announcement(Stream
			.concat(this.text.lines().limit(1),
					this.text.lines().skip(1).filter((line) -> !ids.contains(receiver(line).id())))
			.collect(Collectors.joining("\n")));
	}

	/**
	 * The ids of all receivers.
	 */
	Set<String> ids() {
		return this.receivers.stream().map(KvReceiver::id).collect(Collectors.toSet());
	}

	/**
	 * The receivers, if the keys of this instance have this prefix in Redis.
	 */
	Set<KvReceiver> receivers(String keyPrefix) {
		return this.keyPrefix.equals(keyPrefix) ? this.receivers : Set.of();
	}

	/**
	 * Hints about the keys whose values the receivers may read, if the keys of this
	 * instance have this prefix in Redis.
	 */
	Set<KeyHint> keysOfValues(String keyPrefix) {
		return this.keyPrefix.equals(keyPrefix) ? this.keysOfValues : Set.of();
	}

	/**
	 * Whether this instance has all receivers of another one, with the same selection of
	 * keys.
	 */
	boolean hasAll(Announcement other) {
		return this.keyPrefix.equals(other.keyPrefix) && this.receivers.containsAll(other.receivers);
	}

	/**
	 * How many receivers may still have to receive an expiry: those that have not
	 * received it and were not asked.
	 * @param observers whether to count observers too
	 */
	int missing(TakenExpiry expiry, boolean observers) {
		if (!expiry.name().startsWith(this.keyPrefix)) {
			return 0;
		}
		String key = expiry.name().substring(this.keyPrefix.length());
		int missing = 0;
		for (KvReceiver receiver : this.receivers) {
			if ((observers || !receiver.observer()) && receiver.maySelect(key) && !expiry.hasReached(receiver.id())
					&& !expiry.wasAskedFor(this.keyPrefix, receiver)) {
				missing++;
			}
		}
		return missing;
	}

	/**
	 * Whether a receiver is part of this announcement, for keys with this prefix in
	 * Redis.
	 */
	boolean has(String keyPrefix, KvReceiver receiver) {
		return this.keyPrefix.equals(keyPrefix) && this.receivers.contains(receiver);
	}

	/**
	 * Whether a key in Redis has the prefix of this instance's keys.
	 */
	boolean owns(String name) {
		return name.startsWith(this.keyPrefix);
	}

	private static String text(String keyPrefix, List<KvReceiver> receivers, int maxSelectors) {
		return Stream
			.concat(Stream.of(encode(keyPrefix)),
					receivers.stream().map((receiver) -> line(receiver, maxSelectors)).sorted())
			.collect(Collectors.joining("\n"));
	}

	private static String line(KvReceiver receiver, int maxSelectors) {
		List<String> fields = new ArrayList<>();
		fields.add(encode(receiver.id()));
		fields.add(receiver.observer() ? OBSERVER : receiver.takesValue() ? "" : NO_VALUE);
		fields.add(DigestUtils.sha1DigestAsHex(receiver.signature()).substring(0, 16));
		KeyHint keys = receiver.keys();
		int selectors = keys.keys().size() + keys.prefixes().size() + keys.suffixes().size();
		if (keys.any() || selectors > maxSelectors) {
			fields.add(ANY);
		}
		else {
			keys.keys().stream().sorted().forEach((key) -> fields.add("k" + encode(key)));
			keys.prefixes().stream().sorted().forEach((prefix) -> fields.add("p" + encode(prefix)));
			keys.suffixes().stream().sorted().forEach((suffix) -> fields.add("s" + encode(suffix)));
		}
		return String.join("\t", fields);
	}

	private static KvReceiver receiver(String line) {
		List<String> fields = List.of(line.split("\t"));
		Set<String> keys = new HashSet<>();
		Set<String> prefixes = new HashSet<>();
		Set<String> suffixes = new HashSet<>();
		boolean any = false;
		for (String selector : fields.subList(3, fields.size())) {
			switch (selector.charAt(0)) {
				case 'k' -> keys.add(decode(selector.substring(1)));
				case 'p' -> prefixes.add(decode(selector.substring(1)));
				case 's' -> suffixes.add(decode(selector.substring(1)));
				default -> any = true;
			}
		}
		return new KvReceiver(decode(fields.get(0)),
				any ? KeyHint.anyKey() : new KeyHint(false, keys, prefixes, suffixes), fields.get(2),
				fields.get(1).equals(OBSERVER), !fields.get(1).equals(NO_VALUE));
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

}
