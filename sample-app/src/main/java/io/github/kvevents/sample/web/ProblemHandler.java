package io.github.kvevents.sample.web;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Spring's own exceptions are problem details already; this adds which field was wrong,
 * and what to answer while Redis is away.
 */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(ProblemHandler.class);

	@ExceptionHandler
	ProblemDetail handleRedis(DataAccessException ex) {
		log.warn("Redis failed: " + ex.getMessage());
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"The store of orders doesn't answer: retry later");
	}

	@ExceptionHandler
	ProblemDetail handleOther(RuntimeException ex) {
		log.error("Request failed", ex);
		return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "An error that is not yours");
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		List<FieldProblem> problems = ex.getFieldErrors()
			.stream()
			.map((error) -> new FieldProblem(error.getField(), String.valueOf(error.getDefaultMessage())))
			.sorted(Comparator.comparing(FieldProblem::field).thenComparing(FieldProblem::message))
			.toList();
		return handleExceptionInternal(ex, badRequest(problems), headers, status, request);
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		String field = fieldOf(ex.getCause());
		ProblemDetail problem = (field != null)
				? badRequest(List.of(new FieldProblem(field, "has the wrong type or is out of range")))
				: ProblemDetail.forStatusAndDetail(status, "The body is missing or is no JSON object");
		return handleExceptionInternal(ex, problem, headers, status, request);
	}

	private static ProblemDetail badRequest(List<FieldProblem> problems) {
		String detail = problems.stream()
			.map((problem) -> problem.field() + " " + problem.message())
			.collect(Collectors.joining("; "));
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, detail);
		problem.setProperty("errors", problems);
		return problem;
	}

	/** The field at which the JSON could not be read. */
	private static @Nullable String fieldOf(@Nullable Throwable cause) {
		if (cause instanceof JacksonException jackson && !jackson.getPath().isEmpty()) {
			return jackson.getPath().get(0).getPropertyName();
		}
		return null;
	}

	/**
	 * Which field is wrong, and how.
	 *
	 * @param field its name
	 * @param message continues the name to a sentence
	 */
	record FieldProblem(String field, String message) {
	}

}
