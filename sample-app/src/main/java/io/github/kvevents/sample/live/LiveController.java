package io.github.kvevents.sample.live;

import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
class LiveController {

	private final LiveFeed feed;

	LiveController(LiveFeed feed) {
		this.feed = feed;
	}

	@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	ResponseEntity<SseEmitter> events() {
		return ResponseEntity.ok()
			.cacheControl(CacheControl.noStore())
			// nginx buffers a response without this header
			.header("X-Accel-Buffering", "no")
			.body(this.feed.connect());
	}

	/**
	 * Otherwise Spring calls the method above, which opens a connection that no client
	 * reads.
	 */
	@RequestMapping(path = "/events", method = RequestMethod.HEAD)
	ResponseEntity<Void> headers() {
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_EVENT_STREAM)
			.cacheControl(CacheControl.noStore())
			.build();
	}

}
