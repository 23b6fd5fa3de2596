package io.github.kvevents.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on a free port of 127.0.0.1 that accepts connections, reads, and never
 * answers.
 */
public final class SilentServer implements AutoCloseable {

	private final ServerSocket server;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final AtomicInteger open = new AtomicInteger();

	private final AtomicInteger mostOpen = new AtomicInteger();

	public SilentServer() {
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
	 * How many connections there were at the same time.
	 * @return the highest number so far
	 */
	public int getMostOpen() {
		return this.mostOpen.get();
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				this.sockets.add(socket);
				start(() -> read(socket));
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void read(Socket socket) {
		this.mostOpen.accumulateAndGet(this.open.incrementAndGet(), Math::max);
		try (socket) {
			while (socket.getInputStream().read() >= 0) {
				// no answer
			}
		}
		catch (IOException ex) {
			// closed
		}
		finally {
			this.open.decrementAndGet();
		}
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "silent-server");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
