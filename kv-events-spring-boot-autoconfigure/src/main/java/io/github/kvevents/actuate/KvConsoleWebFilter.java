package io.github.kvevents.actuate;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Guards the {@link KvConsoleEndpoint} in reactive applications, as
 * {@link KvConsoleFilter} does in others. Runs after the filters of Spring Security.
 */
public final class KvConsoleWebFilter implements WebFilter, Ordered {

	private static final boolean CSRF = ClassUtils.isPresent("org.springframework.security.web.server.csrf.CsrfToken",
			KvConsoleWebFilter.class.getClassLoader());

	private final ConsolePath path;

	/**
	 * Creates a filter.
	 * @param path the path of the endpoint in the application, with a slash at its end if
	 * other endpoints are below it, too; asked with the first request, {@code null} if
	 * there is no such endpoint
	 */
	public KvConsoleWebFilter(Supplier<@Nullable String> path) {
		Assert.notNull(path, "'path' must not be null");
		this.path = new ConsolePath(path);
	}

	@Override
	public int getOrder() {
		return 0;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (!this.path.matches(request.getPath().pathWithinApplication())) {
			return chain.filter(exchange);
		}
		HttpHeaders headers = exchange.getResponse().getHeaders();
		ConsoleRequests.HEADERS.forEach(headers::set);
		String refusal = ConsoleRequests.refusal(request.getMethod().name(), request.getHeaders()::getFirst,
				request.getURI());
		if (refusal != null) {
			return refuse(exchange.getResponse(), refusal);
		}
		return CSRF ? Csrf.addToken(exchange).then(chain.filter(exchange)) : chain.filter(exchange);
	}

	private static Mono<Void> refuse(ServerHttpResponse response, String refusal) {
		response.setStatusCode(HttpStatus.FORBIDDEN);
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		byte[] body = ConsoleRequests.json(refusal).getBytes(StandardCharsets.UTF_8);
		return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
	}

	/**
	 * Loaded only with Spring Security.
	 */
	private static final class Csrf {

		private Csrf() {
		}

		static Mono<Void> addToken(ServerWebExchange exchange) {
			Mono<CsrfToken> token = exchange.getAttributeOrDefault(CsrfToken.class.getName(), Mono.empty());
			return token.doOnNext((found) -> {
				HttpHeaders headers = exchange.getResponse().getHeaders();
				headers.set(ConsoleRequests.CSRF_HEADER, found.getHeaderName());
				headers.set(ConsoleRequests.CSRF_TOKEN, found.getToken());
			}).then();
		}

	}

}
