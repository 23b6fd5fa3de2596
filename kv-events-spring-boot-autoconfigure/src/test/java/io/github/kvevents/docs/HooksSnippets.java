package io.github.kvevents.docs;

import java.time.Duration;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.OnKvDelete;
import io.github.kvevents.hook.OnKvExpired;

class HooksSnippets {

	record Order(String id, long cents) {
	}

	record Session(String user) {
	}

	@Component
	static class OrderHooks {

		@KvHook(events = KvEventType.SET, prefix = "order:")
		void orderChanged(String key, Order order, @KvPreviousValue Order before) {
			System.out.println(key + " was " + before + " and is " + order);
		}

		@OnKvDelete(prefix = "session:")
		void loggedOut(String key, Session last) {
			System.out.println(last.user() + " left");
		}

		@OnKvExpired(prefix = "checkout:")
		void nobodyPaid(String key) {
			System.out.println(key + " expired");
		}

		@KvHook(changes = KvChange.CREATED, prefix = "order:", async = true)
		void audit(KvEvent event) {
			System.out.println(event.getType() + " " + event.getKey());
		}

		@KvHook(prefix = "note:", timeout = "2s")
		void index(String key, @KvValue String text) {
			System.out.println(key + " has " + text.length() + " characters");
		}

	}

	@Component
	static class OrderGuards {

		@KvGuard(events = KvEventType.SET, prefix = "order:")
		void amountIsPositive(String key, Order order) {
			if (order.cents() <= 0) {
				throw new IllegalArgumentException("An order must cost something");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FilterConfiguration {

		@Bean
		KeyFilter tenantKeys() {
			return KeyFilter.regex("^tenant-[0-9]+:").and(KeyFilter.suffix(":cache").negate());
		}

	}

	@Component
	static class TenantHooks {

		@KvHook(filter = "tenantKeys")
		void changed(KvEvent event) {
			System.out.println(event.getKey());
		}

	}

	@Component
	static class SpringListeners {

		@EventListener(condition = "#event.key.startsWith('order:')")
		void anyEvent(KvEvent event) {
			System.out.println(event);
		}

		@TransactionalEventListener
		void afterCommit(KvSetEvent event) {
			System.out.println(event.getKey());
		}

	}

	static class AtRunTime {

		private final KvHookRegistry registry;

		AtRunTime(KvHookRegistry registry) {
			this.registry = registry;
		}

		void register() {
			KvHookOptions options = KvHookOptions.defaults()
				.id("price-watch")
				.events(KvEventType.SET)
				.filter(KeyFilter.prefix("price:"))
				.timeout(Duration.ofMillis(200));
			KvHookRegistration registration = this.registry.register(options, this::priceChanged);
			registration.setEnabled(false);
			registration.close();
		}

		private void priceChanged(KvEvent event) {
			System.out.println(event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ErrorConfiguration {

		@Bean
		KvHookErrorHandler alertOnHookErrors() {
			return (error) -> System.err.println(error.hookId() + ": " + error.cause());
		}

	}

}
