package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.support.PageSize;

/**
 * Reads streams page by page, each bounded in bytes. If a page can't be read, the next
 * attempt reads less, down to one entry; a single entry that can't be read is reported by
 * an {@link EntryTooLargeException}. Scripts always read from the primary. Used by many
 * threads at once.
 */
public final class StreamPages {

	private static final RedisScript READ = RedisScript.load(StreamPages.class, "read-page.lua");

	private final BoundedReads reads;

	private final long maxEntryBytes;

	/**
	 * Creates a reader; nothing is sent.
	 * @param connectionFactory where connections come from
	 * @param sharers how many pages may be read in parallel
	 */
	public StreamPages(RedisConnectionFactory connectionFactory, int sharers) {
		this(new RedisConnections(RedisLink.forPages(connectionFactory)), new RedisConnections(connectionFactory),
				sharers);
	}

	StreamPages(RedisConnections connections, RedisConnections others, int sharers) {
		this(connections, others, sharers, PageSize.maxEntryBytes());
	}

	StreamPages(RedisConnections connections, RedisConnections others, int sharers, long maxEntryBytes) {
		this.maxEntryBytes = maxEntryBytes;
		this.reads = new BoundedReads(connections, others, sharers);
	}

	/**
	 * Reads a page.
	 * @param request what to read
	 * @param naming describes an entry by its id, for the exception
	 * @return the page, with at least one entry if there is one
	 * @throws EntryTooLargeException if the first entry can't be read
	 */
	public Page read(Request request, Function<String, String> naming) {
		if (request.isBehindAll()) {
			return new Page(List.of(), false);
		}
		Page page = this.reads.read(request.position(),
				(connection, bytes) -> send(connection, request, bytes, this.maxEntryBytes),
				(connection, failure) -> first(connection, request, naming, failure));
		return requireReadable(page, naming);
	}

	/**
	 * An entry that is too large ends the page in front of it, or is reported if it is
	 * the first one.
	 */
	private static Page requireReadable(Page page, Function<String, String> naming) {
		for (int index = 0; index < page.entries.size(); index++) {
			Entry entry = page.entries.get(index);
			if (entry.tooLarge > 0) {
				boolean first = page.entries.subList(0, index).stream().noneMatch((before) -> !before.known);
				if (first) {
					throw new EntryTooLargeException(naming.apply(entry.id), entry.tooLarge, null);
				}
				return new Page(page.entries.subList(0, index), true);
			}
		}
		return page;
	}

	private static @Nullable EntryTooLargeException first(RedisConnection connection, Request request,
			Function<String, String> naming, Throwable failure) {
		return send(connection, request, 1, 0).entries.stream()
			.filter((entry) -> !entry.known)
			.findFirst()
			.map((entry) -> new EntryTooLargeException(naming.apply(entry.id), entry.tooLarge, failure))
			.orElse(null);
	}

	private static Page send(RedisConnection connection, Request request, int bytes, long maxEntryBytes) {
		List<byte[]> arguments = List.of(bytes(request.reversed ? "XREVRANGE" : "XRANGE"), bytes(request.from),
				bytes(request.to), ScriptArguments.number(request.limit), ScriptArguments.number(bytes),
				ScriptArguments.number(maxEntryBytes), bytes(request.mode));
		return page(request, READ.list(connection, List.of(request.stream), arguments));
	}

	private static Page page(Request request, List<?> reply) {
		List<Entry> entries = new ArrayList<>(reply.size());
		for (Object part : reply.subList(1, reply.size())) {
			entries.add(entry(request, (List<?>) part));
		}
		return new Page(entries, Long.valueOf(1).equals(reply.get(0)));
	}

	private static Entry entry(Request request, List<?> reply) {
		String id = new String((byte[]) reply.get(0), StandardCharsets.US_ASCII);
		List<byte[]> fields = new ArrayList<>();
		if (reply.size() > 1 && reply.get(1) instanceof List<?> list) {
			list.forEach((field) -> fields.add((byte[]) field));
		}
		long tooLarge = (reply.size() > 1 && reply.get(1) instanceof Long bytes) ? bytes : 0;
		return new Entry(id, fields, request.mode.equals(Request.KNOWN) && id.equals(request.from), tooLarge);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * What to read.
	 *
	 * @param stream the name of the stream
	 * @param reversed whether the newest entries come first
	 * @param from where to start, as an argument of XRANGE or XREVRANGE
	 * @param to where to end
	 * @param limit how many entries at most
	 * @param mode which parts of the entries, see the script
	 */
	public record Request(byte[] stream, boolean reversed, String from, String to, int limit, String mode) {

		private static final String KNOWN = "known";

		private String position() {
			return new String(this.stream, StandardCharsets.UTF_8) + (this.reversed ? " < " : " > ") + this.from + " "
					+ this.mode;
		}

		/**
		 * Whether it is for what is behind the highest possible id, which Redis refuses.
		 */
		private boolean isBehindAll() {
			String[] numbers = this.from.replace("(", "").split("-");
			return !this.reversed && this.from.startsWith("(") && numbers.length == 2
					&& Arrays.stream(numbers).allMatch((number) -> Long.parseUnsignedLong(number) == -1);
		}

		/**
		 * Requests entries from the oldest to the newest.
		 * @param stream the name of the stream
		 * @param from where to start, as an argument of XRANGE
		 * @param limit how many at most
		 * @return the request
		 */
		public static Request forwards(byte[] stream, String from, int limit) {
			return new Request(stream, false, from, "+", limit, "");
		}

		/**
		 * Requests entries from the newest to the oldest.
		 * @param stream the name of the stream
		 * @param from where to start, as an argument of XREVRANGE
		 * @param to where to end
		 * @param limit how many at most
		 * @return the request
		 */
		public static Request backwards(byte[] stream, String from, String to, int limit) {
			return new Request(stream, true, from, to, limit, "");
		}

		/**
		 * The same for a reader that knows the first entry: of that one only the first
		 * two fields are read.
		 * @return the request
		 */
		public Request knowingTheFirst() {
			return new Request(this.stream, this.reversed, this.from, this.to, this.limit, KNOWN);
		}

		/**
		 * The same, without fields.
		 * @return the request
		 */
		public Request idsOnly() {
			return new Request(this.stream, this.reversed, this.from, this.to, this.limit, "ids");
		}

	}

	/**
	 * A page.
	 *
	 * @param entries the entries
	 * @param more whether there may be more after them
	 */
	public record Page(List<Entry> entries, boolean more) {
	}

	/**
	 * An entry.
	 *
	 * @param id its id
	 * @param fields names and values in turn
	 * @param known whether the reader knows it already
	 * @param tooLarge its number of bytes if it is too large to be read, otherwise 0
	 */
	public record Entry(String id, List<byte[]> fields, boolean known, long tooLarge) {
	}

}
