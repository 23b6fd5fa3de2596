package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.benchmarks.LatenessTable.Sides;

/**
 * How late expiries come to a hook: keys that are tracked, and plain keys of which the
 * server notifies, with the same deadlines, in one server at the same time.
 * <p>
 * Arguments: {@code --rows small} tries it out, {@code --wait 60} is for how many seconds
 * behind the last deadline to wait, {@code --chart <file>} where to write the chart.
 */
public final class ExpiryLateness {

	private final TrackingSide tracking;

	private final NotificationSide notifications;

	private final long patienceMillis;

	private int beside;

	private ExpiryLateness(TrackingSide tracking, NotificationSide notifications, Duration patience) {
		this.tracking = tracking;
		this.notifications = notifications;
		this.patienceMillis = patience.toMillis();
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or a row fails
	 */
	public static void main(String[] args) throws Exception {
		List<LatenessRow> rows = option(args, "--rows", "full").equals("small") ? LatenessRow.small()
				: LatenessRow.full();
		Duration patience = Duration.ofSeconds(Long.parseLong(option(args, "--wait", "60")));
		Map<LatenessRow, Sides> results = new LinkedHashMap<>();
		try (BenchmarkServer server = new BenchmarkServer();
				TrackingSide tracking = new TrackingSide(server.connectionFactory());
				NotificationSide notifications = new NotificationSide(server.connectionFactory())) {
			ExpiryLateness benchmark = new ExpiryLateness(tracking, notifications, patience);
			benchmark.run(LatenessRow.warmUp());
			for (LatenessRow row : rows) {
				results.put(row, benchmark.run(row));
			}
		}
		System.out.println(LatenessTable.of(results));
		String chart = option(args, "--chart", "");
		if (!chart.isEmpty()) {
			write(Path.of(chart), LatenessChart.of(results));
		}
	}

	private Sides run(LatenessRow row) throws InterruptedException {
		if (row.beside() > this.beside) {
			this.tracking.writeBeside(this.beside, row.beside());
			this.beside = row.beside();
		}
		// time to write the keys before the first deadline
		long first = System.currentTimeMillis() + 4000 + row.keys() / 4;
		LatenessRecorder tracked = this.tracking.prepare(row, first);
		LatenessRecorder notified = this.notifications.prepare(row, first);
		this.notifications.write(row, notified);
		this.tracking.write(row, tracked);
		if (System.currentTimeMillis() >= first) {
			throw new IllegalStateException(
					"The machine is too slow: '%s' were not written before the first deadline".formatted(row.title()));
		}
		Sides sides = new Sides(tracked.await(this.patienceMillis), notified.await(this.patienceMillis));
		System.err.println(row.title() + ": " + sides);
		return sides;
	}

	private static String option(String[] args, String name, String otherwise) {
		int index = Arrays.asList(args).indexOf(name);
		return (index >= 0) ? args[index + 1] : otherwise;
	}

	private static void write(Path file, String text) throws IOException {
		Path directory = file.toAbsolutePath().getParent();
		if (directory != null) {
			Files.createDirectories(directory);
		}
		Files.writeString(file, text);
	}

}
