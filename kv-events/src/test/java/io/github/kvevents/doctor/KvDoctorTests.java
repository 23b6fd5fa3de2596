package io.github.kvevents.doctor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;

import io.github.kvevents.doctor.DoctorFinding.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * How checks are run.
 */
class KvDoctorTests {

	private static final Instant NOW = Instant.parse("2026-11-29T09:00:00Z");

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final CountDownLatch answered = new CountDownLatch(1);

	@Test
	void findingsComeInTheOrderOfTheChecksAndTheWorstIsTheStatus() {
		DoctorReport report = doctor(check("a", () -> DoctorFinding.ok("a", "fine")),
				check("b", () -> DoctorFinding.problem("b", "broken", "Mend it")),
				check("c", () -> DoctorFinding.warning("c", "so so", "Look")))
			.examine();
		assertThat(report.findings()).extracting(DoctorFinding::id).containsExactly("a", "b", "c");
		assertThat(report.status()).isEqualTo(Status.PROBLEM);
		assertThat(report.examinedAt()).isEqualTo(NOW);
		assertThat(doctor().examine().status()).isEqualTo(Status.NOT_APPLICABLE);
	}

	@Test
	void checkThatHangsIsUnknownWithAllItsIdsAndDelaysNoOther() {
		AtomicInteger hanging = new AtomicInteger();
		DoctorCheck hangs = new DoctorCheck() {

			@Override
			public List<String> ids() {
				return List.of("slow", "slower");
			}

			@Override
			public List<DoctorFinding> examine() {
				hanging.incrementAndGet();
				awaitAnswer();
				return List.of(DoctorFinding.ok("slow", "at last"), DoctorFinding.ok("slower", "at last"));
			}

		};
		KvDoctor doctor = doctor(hangs, check("quick", () -> DoctorFinding.ok("quick", "fine")));
		long begun = System.nanoTime();
		assertThat(doctor.examine().findings()).extracting(DoctorFinding::id, DoctorFinding::status)
			.containsExactly(tuple("slow", Status.UNKNOWN), tuple("slower", Status.UNKNOWN), tuple("quick", Status.OK));
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(PATIENCE, PATIENCE.plusSeconds(20));
		assertThat(doctor.examine().findings().get(0).found()).isEqualTo("No answer within 2000 ms");
		assertThat(hanging).as("the one that hangs isn't started twice").hasValue(1);
		this.answered.countDown();
		await().untilAsserted(() -> assertThat(doctor.examine().status()).isEqualTo(Status.OK));
	}

	@Test
	void callersThatComeWhileChecksRunShareTheReport() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		KvDoctor doctor = new KvDoctor(List.of(check("slow", () -> {
			calls.incrementAndGet();
			awaitAnswer();
			return DoctorFinding.ok("slow", "fine");
		})), Duration.ofSeconds(60), Clock.systemUTC());
		List<CompletableFuture<DoctorReport>> callers = new ArrayList<>();
		for (int caller = 0; caller < 8; caller++) {
			callers.add(CompletableFuture.supplyAsync(doctor::examine, (task) -> new Thread(task).start()));
		}
		await().until(() -> calls.get() == 1);
		this.answered.countDown();
		for (CompletableFuture<DoctorReport> caller : callers) {
			assertThat(caller.get(60, TimeUnit.SECONDS).status()).isEqualTo(Status.OK);
		}
		assertThat(calls.get()).isLessThan(callers.size());
		int before = calls.get();
		doctor.examine();
		assertThat(calls).hasValue(before + 1);
	}

	@Test
	void failureIsUnknownWithItsCause() {
		assertThat(found(new RedisConnectionFailureException("Redis can't be reached: Connection refused")))
			.isEqualTo("Redis can't be reached: Connection refused");
		assertThat(found(new InvalidDataAccessApiUsageException("no such key 'secret'")))
			.isEqualTo(InvalidDataAccessApiUsageException.class.getName());
		DoctorFinding refused = finding(new RedisSystemException("Error",
				new IllegalStateException("NOPERM this user has no permissions to run the 'info' command")));
		assertThat(refused.status()).isEqualTo(Status.UNKNOWN);
		assertThat(refused.found()).isEqualTo("NOPERM this user has no permissions to run the 'info' command");
		assertThat(refused.fix()).startsWith("Grant the user '+info'");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Namespace 'a' is used: set it                          | Namespace 'a' is used    | Set it
			Refused: NOPERM 'get' - grant the user '+get'          | Refused: NOPERM 'get'    | Grant the user '+get'
			Just so                                                | Just so                  |
			""")
	void messageIsSplitIntoWhatWasFoundAndTheFix(String message, String found, String fix) {
		DoctorFinding finding = DoctorFinding.of("a", Status.WARNING, message);
		assertThat(finding.found()).isEqualTo(found);
		assertThat(finding.fix()).isEqualTo(fix);
	}

	@Test
	void idsAreUnique() {
		DoctorCheck check = check("twice", () -> DoctorFinding.ok("twice", "fine"));
		assertThatIllegalArgumentException().isThrownBy(() -> doctor(check, check)).withMessageContaining("twice");
	}

	private static String found(RuntimeException failure) {
		return finding(failure).found();
	}

	private static DoctorFinding finding(RuntimeException failure) {
		return doctor(check("a", () -> {
			throw failure;
		})).examine().findings().get(0);
	}

	private void awaitAnswer() {
		try {
			assertThat(this.answered.await(60, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static KvDoctor doctor(DoctorCheck... checks) {
		return new KvDoctor(List.of(checks), PATIENCE, Clock.fixed(NOW, ZoneOffset.UTC));
	}

	private static DoctorCheck check(String id, Supplier<DoctorFinding> finding) {
		return new DoctorCheck() {

			@Override
			public List<String> ids() {
				return List.of(id);
			}

			@Override
			public List<DoctorFinding> examine() {
				return List.of(finding.get());
			}

		};
	}

}
