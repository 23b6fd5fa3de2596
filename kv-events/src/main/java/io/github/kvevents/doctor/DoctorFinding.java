package io.github.kvevents.doctor;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.github.kvevents.support.StoreFailure;

/**
 * What a check found.
 *
 * @param id the id of the check
 * @param status how serious it is
 * @param found what was found, without a full stop
 * @param fix what to do about it, {@code null} if there is nothing to do
 * @param servers what was found on each server, empty if it isn't about servers
 */
public record DoctorFinding(String id, Status status, String found, @Nullable String fix, List<OnServer> servers) {

	public DoctorFinding {
		Assert.hasText(id, "'id' must not be empty");
		Assert.notNull(status, "'status' must not be null");
		Assert.hasText(found, "'found' must not be empty");
		servers = List.copyOf(servers);
	}

	/**
	 * A finding that isn't about servers.
	 * @param id the id of the check
	 * @param status how serious it is
	 * @param found what was found
	 * @param fix what to do about it
	 */
	public DoctorFinding(String id, Status status, String found, @Nullable String fix) {
		this(id, status, found, fix, List.of());
	}

	/**
	 * Nothing is wrong.
	 * @param id the id of the check
	 * @param found what was found
	 * @return the finding
	 */
	public static DoctorFinding ok(String id, String found) {
		return new DoctorFinding(id, Status.OK, found, null);
	}

	/**
	 * There is nothing to look at.
	 * @param id the id of the check
	 * @param reason why
	 * @return the finding
	 */
	public static DoctorFinding notApplicable(String id, String reason) {
		return new DoctorFinding(id, Status.NOT_APPLICABLE, reason, null);
	}

	/**
	 * Something needs attention.
	 * @param id the id of the check
	 * @param found what was found
	 * @param fix what to do about it
	 * @return the finding
	 */
	public static DoctorFinding warning(String id, String found, String fix) {
		return new DoctorFinding(id, Status.WARNING, found, fix);
	}

	/**
	 * Something doesn't work, or data can be lost.
	 * @param id the id of the check
	 * @param found what was found
	 * @param fix what to do about it
	 * @return the finding
	 */
	public static DoctorFinding problem(String id, String found, String fix) {
		return new DoctorFinding(id, Status.PROBLEM, found, fix);
	}

	/**
	 * The finding of a message that says what is wrong and, after a dash or a colon, what
	 * to do.
	 * @param id the id of the check
	 * @param status how serious it is
	 * @param message the message
	 * @return the finding
	 */
	public static DoctorFinding of(String id, Status status, String message) {
		String separator = message.contains(" - ") ? " - " : ": ";
		int end = separator.equals(" - ") ? message.lastIndexOf(separator) : message.indexOf(separator);
		return (end < 0) ? new DoctorFinding(id, status, message, null) : new DoctorFinding(id, status,
				message.substring(0, end), StringUtils.capitalize(message.substring(end + separator.length())));
	}

	/**
	 * It could not be looked at.
	 * @param id the id of the check
	 * @param failure why
	 * @return the finding, with the cause
	 */
	public static DoctorFinding unknown(String id, Throwable failure) {
		StoreFailure kind = StoreFailure.of(failure);
		if (kind.isRefusal()) {
			return of(id, Status.UNKNOWN, StoreFailure.remedy(failure));
		}
		// other messages may have a key
		return unreachable(id, kind.isOutage() ? StoreFailure.reason(failure) : failure.getClass().getName());
	}

	static DoctorFinding unreachable(String id, String reason) {
		return new DoctorFinding(id, Status.UNKNOWN, reason,
				"See that the application reaches the server and that it isn't overloaded");
	}

	/**
	 * How serious a finding is, from the least to the most.
	 */
	public enum Status {

		/**
		 * There is nothing to look at: the application doesn't use it.
		 */
		NOT_APPLICABLE,

		/**
		 * Nothing is wrong.
		 */
		OK,

		/**
		 * It could not be looked at.
		 */
		UNKNOWN,

		/**
		 * It works, but needs attention.
		 */
		WARNING,

		/**
		 * It doesn't work, or data can be lost.
		 */
		PROBLEM

	}

	/**
	 * What was found on one server.
	 *
	 * @param server its host and port, or how it is configured
	 * @param status how serious it is
	 * @param found what was found
	 */
	public record OnServer(String server, Status status, String found) {
	}

}
