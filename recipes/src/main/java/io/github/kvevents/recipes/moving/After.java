package io.github.kvevents.recipes.moving;

import java.time.Duration;

import org.springframework.stereotype.Component;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.OnKvExpired;

@Component
class After {

	private final KvTemplate template;

	private final Sessions sessions;

	After(KvTemplate template, Sessions sessions) {
		this.template = template;
		this.sessions = sessions;
	}

	void open(String id, Session session) {
		this.template.set("session:" + id, session, Duration.ofMinutes(30));
	}

	boolean used(String id) {
		return this.template.expire("session:" + id, Duration.ofMinutes(30));
	}

	@OnKvExpired(prefix = "session:")
	void ended(String key, Session last) {
		this.sessions.ended(key, last);
	}

	record Session(String user) {
	}

}
