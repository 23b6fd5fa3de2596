package io.github.kvevents.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Guards the {@link KvConsoleEndpoint} in applications with servlets: adds its security
 * headers, refuses changes that its page doesn't make, and gives the page the CSRF token
 * of Spring Security, if there is one.
 */
public final class KvConsoleFilter extends OncePerRequestFilter {

	private static final boolean CSRF = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken",
			KvConsoleFilter.class.getClassLoader());

	private final ConsolePath path;

	/**
	 * Creates a filter.
	 * @param path the path of the endpoint in the application, with a slash at its end if
	 * other endpoints are below it, too; asked with the first request, {@code null} if
	 * there is no such endpoint
	 */
	public KvConsoleFilter(Supplier<@Nullable String> path) {
		Assert.notNull(path, "'path' must not be null");
		this.path = new ConsolePath(path);
	}

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		return !this.path.matches(ServletRequestPathUtils.parse(request).pathWithinApplication());
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		ConsoleRequests.HEADERS.forEach(response::setHeader);
		String refusal = ConsoleRequests.refusal(request.getMethod(), request::getHeader,
				new ServletServerHttpRequest(request).getURI());
		if (refusal != null) {
			response.setStatus(HttpStatus.FORBIDDEN.value());
			response.setContentType(MediaType.APPLICATION_JSON_VALUE);
			response.getOutputStream().write(ConsoleRequests.json(refusal).getBytes(StandardCharsets.UTF_8));
			return;
		}
		if (CSRF) {
			Csrf.addToken(request, response);
		}
		chain.doFilter(request, response);
	}

	/**
	 * Loaded only with Spring Security.
	 */
	private static final class Csrf {

		private Csrf() {
		}

		static void addToken(HttpServletRequest request, HttpServletResponse response) {
			if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
				response.setHeader(ConsoleRequests.CSRF_HEADER, token.getHeaderName());
				response.setHeader(ConsoleRequests.CSRF_TOKEN, token.getToken());
			}
		}

	}

}
