package io.github.kvevents.redis.expiry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.KvExpiredEvent;

/**
 * A whole instance in a process of its own, which can be killed. Its hook works for a
 * while, appends the expiry to a file and continues to work, so that a kill hits expiries
 * that are not recorded yet and recorded ones that are not acknowledged yet. It ends when
 * its standard input does.
 */
final class FaultInstance {

	/** How long an expiry may be idle. */
	static final Duration CLAIM_AFTER = Duration.ofSeconds(1);

	static final int MAX_IN_FLIGHT = 50;

	/** The work before the expiry is recorded, and again after it. */
	private static final Duration WORK = Duration.ofMillis(10);

	private FaultInstance() {
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
		TrackingSettings settings = TrackingSettings.defaults().claimAfter(CLAIM_AFTER).delivery(MAX_IN_FLIGHT, 4);
		try (FileChannel file = FileChannel.open(Path.of(args[2]), StandardOpenOption.CREATE,
				StandardOpenOption.APPEND)) {
			HookedInstance instance = new HookedInstance(connectionFactory, args[1], settings,
					(event) -> work(file, event));
			System.out.println("ready");
			while (System.in.read() >= 0) {
				// only the end counts
			}
			instance.close();
		}
		connectionFactory.destroy();
	}

	private static void work(FileChannel file, KvExpiredEvent event) {
		String line = "%s %d %d\n".formatted(event.getKey(), Objects.requireNonNull(event.getDeadline()).toEpochMilli(),
				System.currentTimeMillis());
		LockSupport.parkNanos(WORK.toNanos());
		try {
			// one call of the system: what was written outlives the process
			file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		LockSupport.parkNanos(WORK.toNanos());
	}

}
