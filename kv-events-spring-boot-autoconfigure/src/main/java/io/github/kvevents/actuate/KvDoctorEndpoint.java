package io.github.kvevents.actuate;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.util.Assert;

import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.OnServer;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.doctor.DoctorReport;
import io.github.kvevents.doctor.KvDoctor;

/**
 * {@link Endpoint @Endpoint} that looks for what can be wrong with the store and with the
 * settings of this application: what was found, and what to do about it. It takes some
 * seconds at most, and shows neither keys nor values of the application.
 */
@Endpoint(id = "kvdoctor")
public class KvDoctorEndpoint {

	private final KvDoctor doctor;

	/**
	 * Creates an endpoint.
	 * @param doctor runs the checks
	 */
	public KvDoctorEndpoint(KvDoctor doctor) {
		Assert.notNull(doctor, "'doctor' must not be null");
		this.doctor = doctor;
	}

	/**
	 * Runs the checks, or waits for those that another request has started.
	 * @return what was found
	 */
	@ReadOperation
	public DoctorDescriptor examine() {
		return DoctorDescriptor.of(this.doctor.examine());
	}

	/**
	 * The response of the endpoint.
	 *
	 * @param status the most serious status of a check
	 * @param examinedAt when the checks began
	 * @param millis how long they took, in milliseconds
	 * @param checks what each of them found
	 */
	@JsonInclude(Include.ALWAYS)
	public record DoctorDescriptor(Status status, Instant examinedAt, long millis,
			List<CheckDescriptor> checks) implements OperationResponseBody {

		static DoctorDescriptor of(DoctorReport report) {
			return new DoctorDescriptor(report.status(), report.examinedAt(), report.took().toMillis(),
					report.findings().stream().map(CheckDescriptor::of).toList());
		}

		/**
		 * One check. Each field is always present.
		 *
		 * @param id its id
		 * @param status how serious its finding is
		 * @param found what was found
		 * @param fix what to do about it, {@code null} if there is nothing to do
		 * @param servers what was found on each server, empty if it isn't about servers
		 */
		@JsonInclude(Include.ALWAYS)
		public record CheckDescriptor(String id, Status status, String found, @Nullable String fix,
				List<OnServer> servers) {

			static CheckDescriptor of(DoctorFinding finding) {
				return new CheckDescriptor(finding.id(), finding.status(), finding.found(), finding.fix(),
						finding.servers());
			}

		}

	}

}
