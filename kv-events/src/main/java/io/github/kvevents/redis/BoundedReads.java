package io.github.kvevents.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.support.PageSize;
import io.github.kvevents.support.StoreFailure;

/**
 * Reads that are bounded in bytes. One that fails is tried again with less, down to a
 * single entry: at once where the server has ended the connection, otherwise by the next
 * read at that place, whatever others read meanwhile. An entry that fails twice alone is
 * reported by an {@link EntryTooLargeException}. Used by many threads at once.
 */
public final class BoundedReads {

	/** Of places at which a read failed and nobody tried again. */
	private static final int MAX_PLACES = 1000;

	private final RedisConnections connections;

	/** Not cut by what others read meanwhile. */
	private final RedisConnections others;

	private final PageSize size;

	/** How many bytes could not be read last, by the place. */
	private final Map<String, Integer> failed = new ConcurrentHashMap<>();

	/**
	 * Creates an instance; nothing is sent.
	 * @param connectionFactory where connections come from, each attempt has its own
	 * @param sharers how many pages may be read side by side, at least 1
	 */
	public BoundedReads(RedisConnectionFactory connectionFactory, int sharers) {
		this(new RedisConnections(RedisLink.forPages(connectionFactory)), new RedisConnections(connectionFactory),
				sharers);
	}

	BoundedReads(RedisConnections connections, RedisConnections others, int sharers) {
		this.connections = connections;
		this.others = others;
		this.size = new PageSize(sharers);
	}

	/**
	 * Reads a page.
	 * @param <T> its type
	 * @param place names what comes first in it
	 * @param page reads about so many bytes, one entry at least
	 * @param first finds out what comes first, for the exception, without reading it;
	 * {@code null} if there is nothing; fails if the store isn't reached
	 * @return the page
	 * @throws EntryTooLargeException if what comes first can't be read
	 */
	public <T> T read(String place, BiFunction<RedisConnection, Integer, T> page,
			BiFunction<RedisConnection, Throwable, @Nullable EntryTooLargeException> first) {
		while (true) {
			Integer before = this.failed.get(place);
			int bytes = (before != null) ? Math.min(this.size.bytes(), PageSize.smaller(before)) : this.size.bytes();
			try {
				T read = this.connections.call((connection) -> page.apply(connection, bytes));
				this.size.succeeded(0, 0);
				this.failed.remove(place);
				return read;
			}
			catch (DataAccessException | OutOfMemoryError ex) {
				note(place, bytes);
				if (before != null && PageSize.isOneEntry(before)) {
					report(ex, first);
					throw ex;
				}
				if (StoreFailure.of(ex) != StoreFailure.AWAY) {
					throw ex;
				}
			}
		}
	}

	private void note(String place, int bytes) {
		this.size.failed();
		if (this.failed.size() >= MAX_PLACES) {
			this.failed.clear();
		}
		this.failed.put(place, bytes);
	}

	private void report(Throwable failure,
			BiFunction<RedisConnection, Throwable, @Nullable EntryTooLargeException> first) {
		EntryTooLargeException report;
		try {
			report = this.others.call((connection) -> first.apply(connection, failure));
		}
		catch (DataAccessException ex) {
			// an outage
			failure.addSuppressed(ex);
			return;
		}
		// a small one was cut together with a large one that somebody else read
		if (report != null && report.getBytes() > PageSize.MIN_BYTES) {
			throw report;
		}
	}

}
