package io.github.kvevents.benchmarks.rows.expiry;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.redisson.api.RMapCache;
import org.redisson.api.map.event.EntryExpiredListener;
import org.redisson.client.codec.StringCodec;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Parallel;
import io.github.kvevents.benchmarks.fixture.Peers;

/**
 * Entries of Redisson's map cache with a time to live, and a listener for those that
 * expired.
 */
final class MapCacheSide extends LatenessSide {

	static final String NAME = "Redisson map cache";

	private static final int BATCH = 2000;

	private final BenchmarkServer server = new BenchmarkServer();

	private final Peers peers = new Peers(this.server.port());

	private final RMapCache<String, String> cache = this.peers.redisson().getMapCache("cache", StringCodec.INSTANCE);

	MapCacheSide() throws Exception {
		super(NAME);
		this.cache.addListener((EntryExpiredListener<String, String>) (event) -> expired(event.getKey()));
	}

	@Override
	void write(LatenessRow row, LatenessRecorder recorder) throws InterruptedException {
		Parallel.run(WRITERS, row.keys(), (index) -> this.cache.fastPut(recorder.key(index), VALUE,
				Math.max(1, recorder.deadline(index) - System.currentTimeMillis()), TimeUnit.MILLISECONDS));
	}

	@Override
	void writeBeside(int from, int to) {
		for (int start = from; start < to; start += BATCH) {
			Map<String, String> batch = new LinkedHashMap<>();
			for (int index = start; index < Math.min(to, start + BATCH); index++) {
				batch.put("beside:" + index, VALUE);
			}
			this.cache.putAll(batch, LONG_LIFE.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	@Override
	public void close() throws IOException {
		this.peers.close();
		this.server.close();
	}

}
