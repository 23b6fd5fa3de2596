package io.github.kvevents.idle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the commands that clients send, as {@code MONITOR} tells: not those that scripts
 * call.
 */
final class CommandMonitor implements AutoCloseable {

	private static final Pattern COMMAND = Pattern.compile("\\+[\\d.]+ \\[\\d+ (\\S+)] (.{0,80}).*");

	private final Socket socket;

	private final Map<String, Integer> counts = new TreeMap<>();

	CommandMonitor(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
		Thread thread = new Thread(this::read, "command-monitor");
		thread.setDaemon(true);
		thread.start();
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8))) {
			String line = lines.readLine();
			while (line != null) {
				Matcher matcher = COMMAND.matcher(line);
				if (matcher.matches() && !matcher.group(1).equals("lua")) {
					count(matcher.group(2));
				}
				line = lines.readLine();
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private synchronized void count(String command) {
		this.counts.merge(command, 1, Integer::sum);
	}

	synchronized void reset() {
		this.counts.clear();
	}

	/**
	 * How often each command came since the last reset, by its beginning.
	 */
	synchronized Map<String, Integer> counts() {
		return new TreeMap<>(this.counts);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
