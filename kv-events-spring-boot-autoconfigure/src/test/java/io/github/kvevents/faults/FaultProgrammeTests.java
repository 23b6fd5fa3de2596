package io.github.kvevents.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.kvevents.faults.FaultRun.Result;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances write in all ways and receive all kinds of events while faults happen; then
 * everything that they did and received is checked against the log and the stored values.
 * <p>
 * {@code -Dkv.faults.seed=…} repeats the choices of a run, {@code -Dkv.faults.scale=full}
 * makes as many faults as {@code docs/reliability.md} has, {@code -Dkv.faults.only=…}
 * only the kinds in whose name that regular expression is found.
 */
class FaultProgrammeTests {

	private static final long SEED = Long.getLong("kv.faults.seed", 20261129L);

	@TempDir(cleanup = CleanupMode.ON_SUCCESS)
	Path directory;

	@BeforeAll
	static void begin() {
		System.out.println("kv.faults.seed=" + SEED);
		FaultTable.begin();
	}

	static List<Campaign> campaigns() {
		Pattern only = Pattern.compile(System.getProperty("kv.faults.only", ""));
		return Campaign.all().stream().filter((campaign) -> only.matcher(campaign.fault()).find()).toList();
	}

	@ParameterizedTest
	@MethodSource("campaigns")
	void noInvariantIsBroken(Campaign campaign) throws Exception {
		Result result = campaign.run().make(this.directory, SEED + campaign.fault().hashCode());
		FaultTable.add(result);
		assertThat(result.findings().violations()).as("seed %d, histories in %s", SEED, this.directory).isEmpty();
		assertThat(result.count()).as("faults").isPositive();
		assertThat(result.recovery()).as("faults after which all worked").isNotEmpty();
		assertThat(result.expired()).as("expiries").isPositive();
		assertThat(result.history().sessions()).as("watches").isNotEmpty();
	}

}
