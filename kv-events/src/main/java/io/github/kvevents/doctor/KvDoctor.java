package io.github.kvevents.doctor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.springframework.util.Assert;

import io.github.kvevents.support.SharedCall;

/**
 * Runs all checks at the same time, each on a thread of its own, and waits for them for a
 * bounded time. Callers that come while they run share the report. Used by many threads
 * at once.
 */
public final class KvDoctor {

	/** How long a report takes at most. */
	static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final String THREAD = "kv-doctor";

	private final List<DoctorCheck> checks;

	private final List<SharedCall<List<DoctorFinding>>> calls;

	private final SharedCall<DoctorReport> report;

	private final Duration patience;

	private final Clock clock;

	/**
	 * Creates a doctor whose reports take five seconds at most.
	 * @param checks the checks, in the order of the findings
	 */
	public KvDoctor(List<DoctorCheck> checks) {
		this(checks, PATIENCE, Clock.systemUTC());
	}

	KvDoctor(List<DoctorCheck> checks, Duration patience, Clock clock) {
		this.checks = List.copyOf(checks);
		List<String> ids = this.checks.stream().flatMap((check) -> check.ids().stream()).toList();
		Assert.isTrue(ids.stream().distinct().count() == ids.size(),
				() -> "'checks' must have unique ids, but have " + ids);
		this.calls = this.checks.stream()
			.map((check) -> new SharedCall<>(check::examine, THREAD + "-" + check.ids().get(0)))
			.toList();
		this.report = new SharedCall<>(this::look, THREAD);
		this.patience = patience;
		this.clock = clock;
	}

	/**
	 * Runs the checks, or waits for those that another caller has started.
	 * @return the report; what could not be looked at in time has the status unknown
	 */
	public DoctorReport examine() {
		Future<DoctorReport> running = this.report.start();
		try {
			return running.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while the checks ran", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("The checks could not be run", ex.getCause());
		}
	}

	private DoctorReport look() throws InterruptedException {
		Instant begun = this.clock.instant();
		long start = System.nanoTime();
		List<Future<List<DoctorFinding>>> running = this.calls.stream().map(SharedCall::start).toList();
		List<DoctorFinding> findings = new ArrayList<>();
		for (int index = 0; index < running.size(); index++) {
			long left = start + this.patience.toNanos() - System.nanoTime();
			findings.addAll(await(running.get(index), this.checks.get(index).ids(), left));
		}
		return new DoctorReport(begun, Duration.ofNanos(System.nanoTime() - start), findings);
	}

	private List<DoctorFinding> await(Future<List<DoctorFinding>> running, List<String> ids, long nanos)
			throws InterruptedException {
		try {
			return running.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			return ids.stream()
				.map((id) -> DoctorFinding.unreachable(id,
						"No answer within %d ms".formatted(this.patience.toMillis())))
				.toList();
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			return ids.stream().map((id) -> DoctorFinding.unknown(id, cause)).toList();
		}
	}

}
