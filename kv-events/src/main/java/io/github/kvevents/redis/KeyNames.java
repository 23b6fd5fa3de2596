package io.github.kvevents.redis;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.Namespace;

/**
 * Maps the keys of the application to keys in Redis: in front the tag of the partition,
 * if the namespace is tagged, and the key prefix, in UTF-8. No other class knows how they
 * are composed.
 */
public final class KeyNames {

	/**
	 * The prefix of the keys of this library.
	 */
	private static final byte[] RESERVED = OwnKeys.PREFIX.getBytes(StandardCharsets.UTF_8);

	private static final char REPLACEMENT = '\ufffd';

	/** What SCAN doesn't take literally. */
	private static final Pattern SPECIAL = Pattern.compile("[*?\\[\\]^\\-\\\\]");

	private final String keyPrefix;

	private final byte[] prefix;

	/** Whose tags are in front, {@code null} for none. */
	private final @Nullable Namespace tagged;

	private KeyNames(String keyPrefix, @Nullable Namespace tagged) {
		this.keyPrefix = keyPrefix;
		this.prefix = keyPrefix.getBytes(StandardCharsets.UTF_8);
		this.tagged = tagged;
	}

	/**
	 * Keys whose names in Redis and in the application are the same.
	 * @return the names
	 */
	public static KeyNames plain() {
		return new KeyNames("", null);
	}

	/**
	 * Keys that have a prefix in Redis which the application doesn't see.
	 * @param keyPrefix the prefix, empty for none
	 * @return the names
	 */
	public static KeyNames prefixedWith(String keyPrefix) {
		return new KeyNames(KvKeys.requireValidPrefix(keyPrefix), null);
	}

	/**
	 * The same names in the layout of a namespace.
	 * @param namespace the namespace
	 * @return names with the tags of its partitions if it is tagged
	 */
	public KeyNames in(Namespace namespace) {
		return new KeyNames(this.keyPrefix, namespace.isTagged() ? namespace : null);
	}

	/**
	 * The prefix of each key in Redis, behind the tag.
	 * @return the prefix, empty for none
	 */
	public String prefix() {
		return this.keyPrefix;
	}

	byte[] toRedis(String key) {
		KvKeys.requireValid(key);
		if (this.tagged != null) {
			return encode(tag(this.tagged, this.tagged.partitionOf(key)) + this.keyPrefix + key);
		}
		return encode((this.prefix.length == 0) ? key : this.keyPrefix + key);
	}

	byte[][] toRedis(Collection<String> keys) {
		return keys.stream().map(this::toRedis).toArray(byte[][]::new);
	}

	/**
	 * The pattern of SCAN for keys that begin with a prefix.
	 */
	byte[] toPattern(String keyPrefix) {
		String start = (this.tagged != null) ? escape("{" + this.tagged.name() + ":") + "*}" : "";
		return encode(start + escape(this.keyPrefix + KvKeys.requireValidPrefix(keyPrefix)) + "*");
	}

	static String escape(String literal) {
		return SPECIAL.matcher(literal).replaceAll("\\\\$0");
	}

	/**
	 * The application's name of a key in Redis.
	 * @return the key, or {@code null} if it is not a key of the application: data of
	 * this library, another prefix, or invalid UTF-8
	 */
	public @Nullable String fromRedis(byte[] name) {
		return (this.tagged == null) ? decode(name, 0) : fromTagged(this.tagged, name);
	}

	/**
	 * The application's name of a key that any client may have written: other clients
	 * don't know the tags.
	 * @param name the name of the key in Redis
	 * @return the key, {@code null} if it is not a key of the application
	 */
	public @Nullable String fromAnyClient(byte[] name) {
		String key = fromRedis(name);
		return (key == null && this.tagged != null) ? decode(name, 0) : key;
	}

	/**
	 * A name whose tag is that of another partition is no key of the application.
	 */
	private @Nullable String fromTagged(Namespace namespace, byte[] name) {
		int length = tagLength(name);
		String key = (length > 0) ? decode(name, length) : null;
		return (key != null
				&& Arrays.equals(encode(tag(namespace, namespace.partitionOf(key))), 0, length, name, 0, length)) ? key
						: null;
	}

	private @Nullable String decode(byte[] name, int tagLength) {
		int start = tagLength + this.prefix.length;
		if (name.length <= start || startsWith(name, 0, RESERVED) || !startsWith(name, tagLength, this.prefix)) {
			return null;
		}
		// what is no UTF-8 becomes this character, which a key may have too
		String key = new String(name, start, name.length - start, StandardCharsets.UTF_8);
		return (key.indexOf(REPLACEMENT) < 0) ? key : decodeStrictly(name, start);
	}

	private static @Nullable String decodeStrictly(byte[] name, int start) {
		try {
			return StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(name, start, name.length - start))
				.toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

	/**
	 * A key in Redis without the tag of its partition.
	 */
	public String withoutTag(String name) {
		return (this.tagged != null && name.startsWith("{")) ? name.substring(name.indexOf('}') + 1) : name;
	}

	private static int tagLength(byte[] name) {
		for (int index = 0; index < name.length && name[0] == '{'; index++) {
			if (name[index] == '}') {
				return index + 1;
			}
		}
		return 0;
	}

	private static String tag(Namespace namespace, int partition) {
		return "{" + namespace.tag(partition) + "}";
	}

	private static byte[] encode(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static boolean startsWith(byte[] name, int offset, byte[] start) {
		int end = offset + start.length;
		return name.length >= end && Arrays.equals(name, offset, end, start, 0, start.length);
	}

}
