package io.github.kvevents.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * Stands between a client and a {@link TestRedis}: changes or loses replies, or cuts the
 * line after so many bytes. Listens on a free port of 127.0.0.1.
 */
public final class TestProxy implements AutoCloseable {

	private final ServerSocket server;

	private final int target;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final Object monitor = new Object();

	private long requestBytes;

	private long cutAt = Long.MAX_VALUE;

	private volatile UnaryOperator<String> replies = UnaryOperator.identity();

	private final Set<Socket> doomed = ConcurrentHashMap.newKeySet();

	private volatile String lost;

	private volatile boolean refusing;

	/**
	 * Starts a proxy that passes everything on.
	 * @param redis the server
	 */
	public TestProxy(TestRedis redis) {
		this.target = redis.getPort();
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	public int getPort() {
		return this.server.getLocalPort();
	}

	/**
	 * Cuts all lines when the client has sent so many bytes more, and refuses new ones
	 * from then on. Replies that are under way may be lost.
	 * @param bytes how many bytes
	 */
	public void cutAfterSent(long bytes) {
		synchronized (this.monitor) {
			this.cutAt = this.requestBytes + bytes;
		}
	}

	/**
	 * Changes each piece of a reply, as ISO-8859-1; the length must stay.
	 * @param change what to do to it
	 */
	public void changeReplies(UnaryOperator<String> change) {
		this.replies = change;
	}

	/**
	 * Passes the next request that holds a text on, and cuts its line when the reply
	 * comes, so that the client never sees it. It may connect again.
	 * @param text what to look for
	 */
	public void loseReplyTo(String text) {
		this.lost = text;
	}

	/**
	 * Whether a reply is still to be lost.
	 * @return {@code false} once the request came, or if there is none to lose
	 */
	public boolean isReplyToBeLost() {
		return this.lost != null || !this.doomed.isEmpty();
	}

	/**
	 * How many bytes clients have sent.
	 * @return the bytes of all connections
	 */
	public long getRequestBytes() {
		synchronized (this.monitor) {
			return this.requestBytes;
		}
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.server.accept();
			if (this.refusing) {
				client.close();
				continue;
			}
			Socket redis = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(client);
			this.sockets.add(redis);
			start(() -> requests(client, redis));
			start(() -> replies(redis, client));
		}
	}

	private void requests(Socket client, Socket redis) throws IOException {
		pump(client, redis, (piece) -> {
			String text = this.lost;
			if (text != null && new String(piece, StandardCharsets.UTF_8).contains(text)) {
				this.doomed.add(redis);
				this.lost = null;
			}
			synchronized (this.monitor) {
				this.requestBytes += piece.length;
				if (this.requestBytes < this.cutAt) {
					return piece;
				}
			}
			this.refusing = true;
			closeLines();
			throw new IOException("Cut");
		});
	}

	private void replies(Socket redis, Socket client) throws IOException {
		pump(redis, client, (piece) -> {
			if (this.doomed.remove(redis)) {
				throw new IOException("Lost");
			}
			return this.replies.apply(new String(piece, StandardCharsets.ISO_8859_1))
				.getBytes(StandardCharsets.ISO_8859_1);
		});
	}

	private static void pump(Socket from, Socket to, Passage passage) throws IOException {
		try (from; to) {
			InputStream input = from.getInputStream();
			OutputStream output = to.getOutputStream();
			byte[] buffer = new byte[64 << 10];
			int length = input.read(buffer);
			while (length >= 0) {
				output.write(passage.pass(Arrays.copyOf(buffer, length)));
				output.flush();
				length = input.read(buffer);
			}
		}
	}

	@Override
	public void close() {
		this.refusing = true;
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		closeLines();
	}

	private void closeLines() {
		for (Socket socket : this.sockets) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				// it was closed by the other side
			}
		}
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// a line or the proxy was closed
			}
		}, "test-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private interface Work {

		void run() throws IOException;

	}

	private interface Passage {

		byte[] pass(byte[] piece) throws IOException;

	}

}
