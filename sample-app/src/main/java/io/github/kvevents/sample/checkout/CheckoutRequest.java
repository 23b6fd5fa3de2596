package io.github.kvevents.sample.checkout;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;

/**
 * What {@code POST /checkout} takes. Nothing is missing once it is validated.
 *
 * @param id the id of the order: anything that can stand in a path
 * @param expire how many seconds it can be paid
 */
record CheckoutRequest(
		@NotBlank @Size(max = 200) @Pattern(regexp = CheckoutRequest.PATH_SEGMENT,
				message = "must not contain a slash, a backslash or a control character, nor be a dot path") String id,
		@NotNull @Min(1) @Max(86400) Integer expire) {

	private static final String PATH_SEGMENT = "(?!\\.{1,2}$)[^/\\\\\\p{Cntrl}\\p{Cs}]*";

}
