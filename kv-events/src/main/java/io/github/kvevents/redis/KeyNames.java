package io.github.kvevents.redis;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.KvKeys;

/**
 * Maps the keys of the application to keys in Redis: the key prefix in front, in UTF-8.
 * No other class knows about the prefix.
 */
public final class KeyNames {

	/**
	 * The prefix of the keys of this library.
	 */
	private static final byte[] RESERVED = OwnKeys.PREFIX.getBytes(StandardCharsets.UTF_8);

	private final String keyPrefix;

	private final byte[] prefix;

	private KeyNames(String keyPrefix) {
		this.keyPrefix = keyPrefix;
		this.prefix = keyPrefix.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Keys whose names in Redis and in the application are the same.
	 * @return the names
	 */
	public static KeyNames plain() {
		return new KeyNames("");
	}

	/**
	 * Keys that have a prefix in Redis which the application doesn't see.
	 * @param keyPrefix the prefix, empty for none
	 * @return the names
	 */
	public static KeyNames prefixedWith(String keyPrefix) {
		return new KeyNames(KvKeys.requireValidPrefix(keyPrefix));
	}

	/**
	 * The prefix of each key in Redis.
	 * @return the prefix, empty for none
	 */
	public String prefix() {
		return this.keyPrefix;
	}

	byte[] toRedis(String key) {
		return encode(KvKeys.requireValid(key));
	}

	byte[][] toRedis(Collection<String> keys) {
		return keys.stream().map(this::toRedis).toArray(byte[][]::new);
	}

	/**
	 * The pattern of SCAN for keys that begin with a prefix.
	 */
	byte[] toPattern(String keyPrefix) {
		byte[] name = encode(KvKeys.requireValidPrefix(keyPrefix));
		ByteBuffer pattern = ByteBuffer.allocate(2 * name.length + 1);
		for (byte unit : name) {
			if ("*?[]^-\\".indexOf(unit) >= 0) {
				pattern.put((byte) '\\');
			}
			pattern.put(unit);
		}
		pattern.put((byte) '*');
		byte[] result = new byte[pattern.position()];
		pattern.flip().get(result);
		return result;
	}

	/**
	 * The application's name of a key in Redis.
	 * @return the key, or {@code null} if it is not a key of the application: data of
	 * this library, another prefix, or invalid UTF-8
	 */
	public @Nullable String fromRedis(byte[] name) {
		if (startsWith(name, RESERVED) || !startsWith(name, this.prefix) || name.length == this.prefix.length) {
			return null;
		}
		try {
			return StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(name, this.prefix.length, name.length - this.prefix.length))
				.toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
	}

	private byte[] encode(String key) {
		return (this.keyPrefix + key).getBytes(StandardCharsets.UTF_8);
	}

	private static boolean startsWith(byte[] name, byte[] start) {
		if (name.length < start.length) {
			return false;
		}
		for (int index = 0; index < start.length; index++) {
			if (name[index] != start[index]) {
				return false;
			}
		}
		return true;
	}

}
