package io.github.kvevents.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.KvEvent;

/**
 * An instance with a listener in a process of its own, which can be killed or stopped. It
 * notes each event in a file when it has handled it. A value that begins with
 * {@code poison} fails. It ends when its standard input does.
 */
final class ListenerFaultInstance {

	static final int PARTITIONS = 4;

	static final ListenerOptions OPTIONS = ListenerOptions.defaults()
		.batchSize(20)
		.concurrency(3)
		.initialBackoff(Duration.ofMillis(1))
		.maxBackoff(Duration.ofMillis(2))
		.maxAttempts(2)
		.onExhausted(OnExhausted.DEAD_LETTER);

	/** Longer than a busy machine stops: only a kill ends a lease. */
	private static final ListenerSettings SETTINGS = ListeningInstance.SETTINGS.lease(Duration.ofSeconds(4));

	private ListenerFaultInstance() {
	}

	/**
	 * Runs an instance.
	 * @param args the port of the server, the id of the instance, the file to append to
	 */
	public static void main(String[] args) throws IOException {
		LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", Integer.parseInt(args[0])));
		connectionFactory.afterPropertiesSet();
		connectionFactory.start();
		try (FileChannel file = FileChannel.open(Path.of(args[2]), StandardOpenOption.CREATE,
				StandardOpenOption.APPEND);
				ListeningInstance instance = ListeningInstance.onRedis(connectionFactory, args[1], PARTITIONS,
						SETTINGS)) {
			instance.listen("audit", OPTIONS, (event) -> note(file, event));
			System.out.println("ready");
			while (System.in.read() >= 0) {
				// only the end counts
			}
		}
		connectionFactory.destroy();
	}

	private static void note(FileChannel file, KvEvent event) throws IOException {
		String value = event.getValue(String.class);
		if (value != null && value.startsWith("poison")) {
			throw new IllegalStateException("poison");
		}
		// one call of the system: what was written outlives the process
		String line = "%s %s %d\n".formatted(event.getKey(), value, System.nanoTime());
		file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
	}

}
