package io.github.kvevents.benchmarks;

import java.util.List;
import java.util.stream.Stream;

import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.rows.BatchRows;
import io.github.kvevents.benchmarks.rows.DataGrowthRows;
import io.github.kvevents.benchmarks.rows.GrowthRows;
import io.github.kvevents.benchmarks.rows.HookRows;
import io.github.kvevents.benchmarks.rows.LatencyRows;
import io.github.kvevents.benchmarks.rows.ListenerRows;
import io.github.kvevents.benchmarks.rows.MemoryRows;
import io.github.kvevents.benchmarks.rows.RegexRows;
import io.github.kvevents.benchmarks.rows.StartRows;
import io.github.kvevents.benchmarks.rows.TrackedRows;
import io.github.kvevents.benchmarks.rows.WatchRows;
import io.github.kvevents.benchmarks.rows.WriteRows;
import io.github.kvevents.benchmarks.rows.expiry.ExpiryRows;

/**
 * All rows, in the order of the report.
 */
final class Catalogue {

	private Catalogue() {
	}

	static List<Row> rows() {
		return Stream
			.of(WriteRows.rows(), BatchRows.rows(), TrackedRows.rows(), HookRows.rows(), RegexRows.rows(),
					ExpiryRows.rows(), LatencyRows.rows(), ListenerRows.rows(), WatchRows.rows(), MemoryRows.rows(),
					StartRows.rows(), GrowthRows.rows(), DataGrowthRows.rows())
			.flatMap(List::stream)
			.toList();
	}

	static Row row(String id) {
		return rows().stream()
			.filter((row) -> row.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"No row '%s'; there are %s".formatted(id, rows().stream().map(Row::id).toList())));
	}

}
