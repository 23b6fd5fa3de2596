package io.github.kvevents.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.fixture.TestRedis;

/**
 * Another client of Redis, which writes mutated and random bytes under the keys of this
 * library. What it writes is the same in each run.
 */
final class Stranger {

	/** Would forge a line of the log if it were printed as it is. */
	static final String FORGED = "\r\nFORGED";

	private static final List<String> TEXTS = List.of("", " ", "-", ":", "%", "%zz", "0-0", "1.5", "-1", "inf", "nan",
			"99999999999999999999", "9223372036854775807", FORGED, "\u0000", "{}", "E:::", "B:x:0/0/0:", "S:1::", "*",
			"\t\t\t", "a\t\t\tk%", "k", "1-1/a 2", "x".repeat(3000));

	private final Random random = new Random(20261129);

	private final TestRedis redis;

	Stranger(TestRedis redis) {
		this.redis = redis;
	}

	/**
	 * Runs a command.
	 * @param arguments each a {@code byte[]} or a text
	 * @return the reply of the driver, the exception if the server refuses it
	 */
	Object run(String command, Object... arguments) {
		byte[][] bytes = Stream.of(arguments)
			.map((argument) -> (argument instanceof byte[] raw) ? raw : bytes(String.valueOf(argument)))
			.toArray(byte[][]::new);
		return this.redis.template()
			.execute((RedisCallback<Object>) (connection) -> connection.execute(command, bytes));
	}

	/**
	 * Adds an entry to a stream.
	 */
	void add(String stream, List<byte[]> fields) {
		List<Object> arguments = new ArrayList<>(List.of(stream, "*"));
		arguments.addAll(fields);
		run("XADD", arguments.toArray());
	}

	/**
	 * The fields of the entries of a stream, names and values in turn.
	 */
	List<List<byte[]>> entries(String stream) {
		List<List<byte[]>> entries = new ArrayList<>();
		for (ByteRecord entry : records(stream)) {
			List<byte[]> fields = new ArrayList<>();
			entry.getValue().forEach((name, value) -> fields.addAll(List.of(name, value)));
			entries.add(fields);
		}
		return entries;
	}

	/**
	 * The ids of the entries of a stream.
	 */
	List<String> ids(String stream) {
		return records(stream).stream().map((entry) -> entry.getId().getValue()).toList();
	}

	private List<ByteRecord> records(String stream) {
		return this.redis.template()
			.execute((RedisCallback<List<ByteRecord>>) (connection) -> connection.streamCommands()
				.xRange(bytes(stream), Range.unbounded()));
	}

	/**
	 * An entry with something else in it.
	 * @param genuine the fields of real entries
	 */
	List<byte[]> mutated(List<List<byte[]>> genuine) {
		List<byte[]> fields = new ArrayList<>(genuine.get(this.random.nextInt(genuine.size())));
		int index = this.random.nextInt(fields.size());
		switch (this.random.nextInt(5)) {
			case 0 -> {
				// without a field
				fields.subList(index & ~1, (index & ~1) + 2).clear();
				fields.addAll(fields.isEmpty() ? List.of(bytes(), bytes()) : List.of());
			}
			case 1 -> fields.set(index, flipped(fields.get(index)));
			case 2 -> fields.set(index | 1, bytes());
			case 3 -> fields.addAll(List.of(bytes(), bytes()));
			default -> fields.replaceAll((field) -> bytes());
		}
		return fields;
	}

	private byte[] flipped(byte[] bytes) {
		byte[] flipped = bytes.clone();
		if (flipped.length > 0) {
			flipped[this.random.nextInt(flipped.length)] ^= (byte) (1 << this.random.nextInt(8));
		}
		return this.random.nextBoolean() ? flipped : Arrays.copyOf(flipped, this.random.nextInt(flipped.length + 1));
	}

	/**
	 * Some bytes: a text that is awkward somewhere, or random.
	 */
	byte[] bytes() {
		if (this.random.nextInt(3) > 0) {
			return bytes(TEXTS.get(this.random.nextInt(TEXTS.size())));
		}
		byte[] bytes = new byte[this.random.nextInt(40)];
		this.random.nextBytes(bytes);
		return bytes;
	}

	/**
	 * One of some choices.
	 */
	String choose(String... choices) {
		return choices[this.random.nextInt(choices.length)];
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
