package io.github.kvevents.test.app;

import java.time.Duration;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.hook.OnKvSet;

/**
 * Components with hooks, and others.
 */
final class Shop {

	private Shop() {
	}

	/** Is called by a hook. */
	interface Mail {

		void send(String key);

	}

	@Component
	static class MailServer implements Mail {

		@Override
		public void send(String key) {
			// to nobody
		}

	}

	@Component
	static class ReminderHooks {

		private final Mail mail;

		private final KvTemplate template;

		ReminderHooks(Mail mail, KvTemplate template) {
			this.mail = mail;
			this.template = template;
		}

		@OnKvExpired(prefix = "cart:")
		@OnKvExpired(prefix = "basket:")
		void remind(String key) {
			this.mail.send(key);
			this.template.set("reminder:" + key, key, Duration.ofHours(1));
		}

	}

	@Component
	static class InheritedHooks extends Base {

	}

	static class Base {

		int calls;

		@OnKvSet(prefix = "cart:")
		void placed() {
			this.calls++;
		}

	}

	/** Declared by a method, so that no scan decides. */
	static class DeclaredHooks {

		int calls;

		@OnKvSet(prefix = "cart:")
		void placed() {
			this.calls++;
		}

	}

	@Service
	static class Unrelated {

	}

	/**
	 * Without components; no {@code @Configuration}, so that no test takes it by itself.
	 */
	@EnableAutoConfiguration
	static class Bare {

	}

	@Configuration(proxyBeanMethods = false)
	static class Extra {

		@Bean
		String extra() {
			return "extra";
		}

	}

}
