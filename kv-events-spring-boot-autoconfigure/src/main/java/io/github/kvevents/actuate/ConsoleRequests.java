package io.github.kvevents.actuate;

import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;

import io.github.kvevents.KeyText;

/**
 * What holds for each request of the console, whichever web server it is for: the headers
 * of answers, and that only the console's own page may change something.
 */
final class ConsoleRequests {

	/**
	 * Another site can't send it unless a CORS configuration permits that.
	 */
	static final String HEADER = "X-Kv-Console";

	/** Of the CSRF token of Spring Security, and of its value. */
	static final String CSRF_HEADER = "X-Kv-Console-Csrf-Header";

	static final String CSRF_TOKEN = "X-Kv-Console-Csrf-Token";

	static final Map<String, String> HEADERS = new TreeMap<>(Map.of("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
					+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
			"X-Frame-Options", "DENY", "X-Content-Type-Options", "nosniff", "Referrer-Policy", "no-referrer",
			"Cross-Origin-Opener-Policy", "same-origin", "Cross-Origin-Resource-Policy", "same-origin", "Cache-Control",
			"no-store"));

	private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

	private ConsoleRequests() {
	}

	/**
	 * Whether a request is refused.
	 * @param method its method
	 * @param header finds a header
	 * @param server how the request names the server: forwarding headers may have been
	 * applied to it, and taken away
	 * @return the reason, {@code null} if it isn't
	 */
	static @Nullable String refusal(String method, Function<String, @Nullable String> header, URI server) {
		if (READING.contains(method)) {
			return null;
		}
		if (header.apply(HEADER) == null) {
			return "The header " + HEADER + " is missing: only the console's own page may change something here";
		}
		String site = header.apply("Sec-Fetch-Site");
		String origin = header.apply("Origin");
		boolean own = (site != null) ? site.equals("same-origin") : origin == null || isOwn(origin, header, server);
		return own ? null : "The request comes from another site: "
				+ KeyText.printable((origin != null) ? origin : String.valueOf(site));
	}

	/**
	 * Browsers say where a request comes from by {@code Sec-Fetch-Site} only with HTTPS
	 * and on the local host.
	 */
	private static boolean isOwn(String origin, Function<String, @Nullable String> header, URI server) {
		String authority = authority(origin);
		String forwarded = header.apply("X-Forwarded-Host");
		return authority != null && (authority.equalsIgnoreCase(header.apply("Host"))
				|| authority.equalsIgnoreCase(server.getRawAuthority())
				// each proxy adds to it
				|| (forwarded != null && authority.equalsIgnoreCase(forwarded.split(",", 2)[0].strip())));
	}

	private static @Nullable String authority(String origin) {
		try {
			return URI.create(origin).getRawAuthority();
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	static WebEndpointResponse<Object> refused(String reason) {
		return new WebEndpointResponse<>(new KvListenersEndpointWebExtension.Refusal(reason),
				HttpStatus.FORBIDDEN.value());
	}

	/**
	 * The body of a refusal.
	 */
	static String json(String reason) {
		return "{\"error\":\"" + reason.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
	}

}
