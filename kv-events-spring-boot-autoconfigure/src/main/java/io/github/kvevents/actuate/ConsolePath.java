package io.github.kvevents.actuate;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which requests the console answers, whichever web server they are for.
 */
final class ConsolePath {

	/**
	 * What the console has below its path; all that is there may be of other endpoints.
	 */
	static final String PARTS = "{part:console\\.(?:js|css|svg)|state|hooks|listeners|ids|letters|expiry|changes|doctor}";

	private final Supplier<@Nullable String> path;

	private volatile @Nullable List<PathPattern> patterns;

	/**
	 * Creates a path.
	 * @param path the path of the endpoint in the application, which ends with a slash if
	 * other endpoints are below it, too; asked until there is one
	 */
	ConsolePath(Supplier<@Nullable String> path) {
		this.path = path;
	}

	/**
	 * Whether a request is for the console.
	 * @param request its path in the application
	 */
	boolean matches(PathContainer request) {
		return patterns().stream().anyMatch((pattern) -> pattern.matches(request));
	}

	private List<PathPattern> patterns() {
		List<PathPattern> known = this.patterns;
		String console = (known == null) ? this.path.get() : null;
		if (console != null) {
			known = parse(console);
			this.patterns = known;
		}
		return (known != null) ? known : List.of();
	}

	private static List<PathPattern> parse(String console) {
		Stream<String> patterns = !console.endsWith("/") ? Stream.of(console + "/**")
				: Stream.of(console, console.substring(0, console.length() - 1), console + PARTS);
		return patterns.map(PathPatternParser.defaultInstance::parse).toList();
	}

}
