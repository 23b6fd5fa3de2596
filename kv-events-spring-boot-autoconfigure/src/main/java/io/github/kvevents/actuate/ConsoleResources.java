package io.github.kvevents.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.web.util.HtmlUtils;

/**
 * The page and the files that it refers to.
 */
final class ConsoleResources {

	private static final String PAGE = "console.html";

	private static final Map<String, MimeType> TYPES = Map.of(PAGE, type("text/html"), "console.css", type("text/css"),
			"console.js", type("text/javascript"), "console.svg", type("image/svg+xml"));

	private ConsoleResources() {
	}

	private static MimeType type(String type) {
		return MimeType.valueOf(type + ";charset=UTF-8");
	}

	/**
	 * The page.
	 * @param path the last segment of its path: what it refers to is below
	 */
	static WebEndpointResponse<Resource> page(String path) {
		String page = new String(read(PAGE), StandardCharsets.UTF_8);
		byte[] content = page.replace("{path}", HtmlUtils.htmlEscape(path)).getBytes(StandardCharsets.UTF_8);
		return new WebEndpointResponse<>(new ByteArrayResource(content), WebEndpointResponse.STATUS_OK,
				TYPES.get(PAGE));
	}

	/**
	 * A file that the page refers to.
	 * @return {@code null} if there is no such file
	 */
	static @Nullable WebEndpointResponse<Object> file(String name) {
		MimeType type = name.equals(PAGE) ? null : TYPES.get(name);
		return (type != null)
				? new WebEndpointResponse<>(new ByteArrayResource(read(name)), WebEndpointResponse.STATUS_OK, type)
				: null;
	}

	private static byte[] read(String name) {
		try {
			return new ClassPathResource("console/" + name, ConsoleResources.class).getContentAsByteArray();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
