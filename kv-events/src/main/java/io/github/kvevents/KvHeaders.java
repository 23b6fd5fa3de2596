package io.github.kvevents;

import java.io.Serializable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a change carries besides its values: the trace that it is part of, baggage, the
 * security principal of the writer. Encoded, in the change log and in the index of
 * deadlines, they have the form {@code name=value&name=value}, percent-encoded as in a
 * query string, and at most {@value #MAX_BYTES} bytes. Immutable.
 */
public final class KvHeaders implements Serializable {

	/**
	 * How many bytes the encoded headers of a change may have.
	 */
	public static final int MAX_BYTES = 4096;

	/**
	 * No headers.
	 */
	public static final KvHeaders NONE = new KvHeaders(Map.of(), "");

	private static final long serialVersionUID = 1L;

	private static final int MAX_COUNT = 64;

	/** What {@link URLEncoder} leaves, and what separates the headers. */
	private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9%=&._*+-]+");

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

	@SuppressWarnings("serial") // a map of strings that is serializable
	private final Map<String, String> values;

	private final String encoded;

	private KvHeaders(Map<String, String> values, String encoded) {
		this.values = values;
		this.encoded = encoded;
	}

	/**
	 * Decodes headers that may have been written by anyone.
	 * @param encoded the encoded headers, {@code null} for none
	 * @return the headers; {@link #NONE} if they are malformed or too long
	 */
	public static KvHeaders decode(byte @Nullable [] encoded) {
		if (encoded == null || encoded.length == 0) {
			return NONE;
		}
		KvHeaders decoded = (encoded.length <= MAX_BYTES)
				? decodeStrictly(new String(encoded, StandardCharsets.ISO_8859_1)) : null;
		return (decoded != null) ? decoded : NONE;
	}

	/**
	 * Decodes headers.
	 * @param encoded the encoded headers
	 * @return the headers, or {@code null} if they are malformed or too long
	 */
	public static @Nullable KvHeaders decodeStrictly(String encoded) {
		Map<String, String> values = new LinkedHashMap<>();
		if (encoded.length() > MAX_BYTES || !ENCODED.matcher(encoded).matches()) {
			return null;
		}
		for (String header : encoded.split("&", -1)) {
			int end = header.indexOf('=');
			String name = (end > 0) ? header.substring(0, end) : "";
			if (!NAME.matcher(name).matches() || values.size() >= MAX_COUNT) {
				return null;
			}
			try {
				values.put(name, URLDecoder.decode(header.substring(end + 1), StandardCharsets.UTF_8));
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}
		return new KvHeaders(Collections.unmodifiableMap(values), encoded);
	}

	/**
	 * These headers and one more.
	 * @param name its name: letters, digits, dots, hyphens and underscores; a header of
	 * this name is replaced
	 * @param value its value
	 * @return the headers; {@code null} if the name is malformed or there would be too
	 * many or too long headers
	 */
	public @Nullable KvHeaders with(String name, String value) {
		if (!NAME.matcher(name).matches()) {
			return null;
		}
		Map<String, String> values = new LinkedHashMap<>(this.values);
		values.put(name, value);
		StringBuilder encoded = new StringBuilder();
		values.forEach((key, text) -> encoded.append(encoded.isEmpty() ? "" : "&")
			.append(key)
			.append('=')
			.append(URLEncoder.encode(text, StandardCharsets.UTF_8)));
		boolean fits = values.size() <= MAX_COUNT && encoded.length() <= MAX_BYTES;
		return fits ? new KvHeaders(Collections.unmodifiableMap(values), encoded.toString()) : null;
	}

	/**
	 * Whether there are none.
	 * @return {@code true} for {@link #NONE}
	 */
	public boolean isEmpty() {
		return this.values.isEmpty();
	}

	/**
	 * Whether the trace context is among headers, in the format of the W3C or of B3.
	 * @param headers the headers by their names
	 * @return whether a handler can continue the trace of the writer
	 */
	public static boolean hasTrace(Map<String, String> headers) {
		return !headers.isEmpty() && (headers.containsKey("traceparent") || headers.containsKey("b3")
				|| headers.containsKey("X-B3-TraceId"));
	}

	/**
	 * The headers by their names.
	 * @return an unmodifiable map in the order in which they were added
	 */
	public Map<String, String> asMap() {
		return this.values;
	}

	/**
	 * The encoded headers.
	 * @return ASCII without colons and line feeds; empty for none
	 */
	public String encoded() {
		return this.encoded;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof KvHeaders that && this.values.equals(that.values);
	}

	@Override
	public int hashCode() {
		return this.values.hashCode();
	}

	/**
	 * Names the headers, never a value.
	 */
	@Override
	public String toString() {
		return this.values.keySet().toString();
	}

}
