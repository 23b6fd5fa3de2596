package io.github.kvevents.autoconfigure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.cluster.SlotHash;

import static org.awaitility.Awaitility.await;

/**
 * Follows what a node executes, as {@code MONITOR} tells, and checks the keys: those that
 * a script touches must be declared, and all of one command must be in one slot.
 */
final class ScriptMonitor implements AutoCloseable {

	private static final Pattern LINE = Pattern.compile("\\+[\\d.]+ \\[\\d+ (\\S+)] (.*)");

	/** With a subcommand in front of the key. */
	private static final Set<String> GROUPED = Set.of("XGROUP", "XINFO", "OBJECT", "MEMORY");

	private static final Set<String> KEYLESS = Set.of("PING", "INFO", "SCAN", "CLUSTER", "HELLO", "CLIENT", "READONLY",
			"TIME", "CONFIG", "COMMAND", "MONITOR", "MIGRATE", "SCRIPT", "FUNCTION", "PUBLISH", "SPUBLISH", "SUBSCRIBE",
			"KEYS", "AUTH", "SELECT", "ACL", "DBSIZE", "FLUSHALL", "ROLE", "ECHO", "RANDOMKEY", "MULTI", "EXEC");

	private final Socket socket;

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private final Set<String> withoutKeys = Collections.synchronizedSet(new TreeSet<>());

	private Set<String> declared = Set.of();

	private String script = "";

	private final AtomicInteger scripts = new AtomicInteger();

	private volatile long lastLine = System.nanoTime();

	ScriptMonitor(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
		Thread thread = new Thread(this::read, "script-monitor");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * What was wrong.
	 */
	Queue<String> failures() {
		return this.failures;
	}

	/**
	 * The commands that clients sent without a key.
	 */
	Set<String> withoutKeys() {
		return this.withoutKeys;
	}

	/**
	 * How many scripts ran.
	 */
	int scripts() {
		return this.scripts.get();
	}

	/**
	 * Waits until what was executed so far has been read.
	 */
	void awaitQuiet() {
		long now = System.nanoTime();
		await().atMost(Duration.ofSeconds(30)).until(() -> this.lastLine > now);
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
			String line = lines.readLine();
			while (line != null) {
				Matcher matcher = LINE.matcher(line);
				if (matcher.matches()) {
					check(matcher.group(1).equals("lua"), words(matcher.group(2)));
				}
				this.lastLine = System.nanoTime();
				line = lines.readLine();
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private static List<String> words(String text) {
		List<String> words = new ArrayList<>();
		int begin = -1;
		for (int index = 0; index < text.length(); index++) {
			char letter = text.charAt(index);
			if (letter == '\\') {
				index++;
			}
			else if (letter == '"' && begin < 0) {
				begin = index + 1;
			}
			else if (letter == '"') {
				words.add(text.substring(begin, index));
				begin = -1;
			}
		}
		return words;
	}

	private void check(boolean called, List<String> words) {
		String command = words.get(0).toUpperCase(Locale.ROOT);
		List<String> keys = keys(command, words);
		if (called) {
			if (!this.declared.containsAll(keys)) {
				this.failures.add(this.script + " calls " + words + " and declares " + this.declared);
			}
			return;
		}
		if (keys.isEmpty()) {
			this.withoutKeys.add(command);
		}
		if (keys.stream().map(SlotHash::getSlot).distinct().count() > 1) {
			this.failures.add("Several slots: " + words);
		}
		if (command.startsWith("EVAL")) {
			this.declared = new HashSet<>(keys);
			this.script = words.get(1);
			this.scripts.incrementAndGet();
		}
	}

	private static List<String> keys(String command, List<String> words) {
		if (KEYLESS.contains(command) || words.size() < 2) {
			return List.of();
		}
		if (command.startsWith("EVAL")) {
			return words.subList(3, 3 + Integer.parseInt(words.get(2)));
		}
		if (command.equals("XREAD") || command.equals("XREADGROUP")) {
			List<String> streams = words.subList(
					words.stream().map((word) -> word.toUpperCase(Locale.ROOT)).toList().indexOf("STREAMS") + 1,
					words.size());
			return streams.subList(0, streams.size() / 2);
		}
		if (Set.of("MGET", "DEL", "UNLINK", "EXISTS").contains(command)) {
			return words.subList(1, words.size());
		}
		return GROUPED.contains(command) ? words.subList(2, 3) : words.subList(1, 2);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
