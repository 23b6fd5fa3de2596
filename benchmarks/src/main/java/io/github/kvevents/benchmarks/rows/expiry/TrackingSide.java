package io.github.kvevents.benchmarks.rows.expiry;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Parallel;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;

/**
 * Tracked keys, and a synchronous hook.
 */
final class TrackingSide extends LatenessSide {

	private static final int BATCH = 2000;

	private final BenchmarkServer server = new BenchmarkServer();

	private final Application application = Application.start(this.server.port());

	private final KvTemplate template = this.application.template();

	TrackingSide() throws Exception {
		super(Side.OURS);
		this.application.trackExpiries("expiring:", (event) -> expired(event.getKey()));
		// those beside are tracked too
		this.application.trackExpiries("beside:", (event) -> {
		});
	}

	@Override
	void write(LatenessRow row, LatenessRecorder recorder) throws InterruptedException {
		Parallel.run(WRITERS, row.keys(), (index) -> this.template.set(recorder.key(index), VALUE,
				SetOptions.defaults().expireAt(Instant.ofEpochMilli(recorder.deadline(index)))));
	}

	@Override
	void writeBeside(int from, int to) {
		for (int start = from; start < to; start += BATCH) {
			Map<String, Object> batch = new LinkedHashMap<>();
			for (int index = start; index < Math.min(to, start + BATCH); index++) {
				batch.put("beside:" + index, VALUE);
			}
			this.template.batchSet(batch, SetOptions.defaults().timeToLive(LONG_LIFE));
		}
	}

	@Override
	public void close() throws IOException {
		this.application.close();
		this.server.close();
	}

}
