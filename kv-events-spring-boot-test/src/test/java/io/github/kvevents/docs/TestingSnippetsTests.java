package io.github.kvevents.docs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.stereotype.Component;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.test.AutoConfigureKvEventsTest;
import io.github.kvevents.test.KvEventsTest;
import io.github.kvevents.test.KvTestClock;
import io.github.kvevents.test.RecordedKvEvents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The snippets of docs/testing.md, which run.
 */
class TestingSnippetsTests {

	record Order(String id, long cents) {
	}

	interface Mail {

		void send(String text);

	}

	@Component
	static class ReminderHooks {

		private final Mail mail;

		ReminderHooks(Mail mail) {
			this.mail = mail;
		}

		@OnKvExpired(prefix = "cart:", async = true)
		void remind(String key) {
			this.mail.send("Something is left in " + key);
		}

	}

	@Component
	static class ReceiptListener {

		private final Mail mail;

		ReceiptListener(Mail mail) {
			this.mail = mail;
		}

		@KvListener(id = "receipts", prefix = "order:", initialBackoff = "200ms")
		void send(String key) {
			this.mail.send(key);
		}

	}

	@Nested
	@KvEventsTest(ReminderHooks.class)
	class ReminderTests {

		@Autowired
		KvTemplate template;

		@Autowired
		KvTestClock clock;

		@MockitoBean
		Mail mail;

		@Test
		void remindsOfACartThatIsLeftForADay() {
			this.template.set("cart:1", "book", Duration.ofDays(1));
			this.clock.advance(Duration.ofDays(1));
			Mockito.verify(this.mail).send("Something is left in cart:1");
		}

	}

	@Nested
	@KvEventsTest(ReceiptListener.class)
	class ReceiptTests {

		@Autowired
		KvTemplate template;

		@Autowired
		KvTestClock clock;

		@MockitoBean
		Mail mail;

		@Test
		void receiptIsSentOnceTheMailServerIsBack() {
			Mockito.doThrow(new IllegalStateException("down")).doNothing().when(this.mail).send("order:1");
			this.template.set("order:1", new Order("1", 4200));
			this.clock.settle(); // the first attempt has failed
			Mockito.verify(this.mail).send("order:1");
			this.clock.advance(Duration.ofMillis(200)); // the back-off, without jitter
			Mockito.verify(this.mail, Mockito.times(2)).send("order:1");
		}

	}

	@Nested
	@KvEventsTest(ReminderHooks.class)
	class AssertionTests {

		@Autowired
		KvTemplate template;

		@Autowired
		KvTestClock clock;

		@Autowired
		RecordedKvEvents events;

		@MockitoBean
		Mail mail;

		@Test
		void showsAssertions() {
			Order order = new Order("1", 4200);
			Instant start = this.clock.instant();
			this.template.set("order:1", order, Duration.ofMinutes(15));
			this.template.set("order:1", new Order("1", 1), Duration.ofMinutes(15));
			this.clock.advance(Duration.ofMinutes(15));
			check(this.events, order, start);
		}

		private static void check(RecordedKvEvents events, Order order, Instant start) {
			assertThat(events).set("order:1").hasValue(order).hasChange(KvChange.CREATED).once();
			assertThat(events).set("order:1").hasPreviousValue(order).once();
			assertThat(events).expired("order:1").hasOccurredAt(start.plus(Duration.ofMinutes(15))).once();
			assertThat(events).deleted("order:1").never();
			assertThat(events).summaries().containsExactly("SET order:1", "SET order:1", "EXPIRED order:1");
			assertThat(events.withPrefix("order:").ofType(KvEventType.SET)).hasSize(2);
			assertThat(events.all(KvExpiredEvent.class)).extracting(KvExpiredEvent::getLateness)
				.containsExactly(Duration.ZERO);
		}

	}

	@Nested
	@SpringBootTest
	@AutoConfigureKvEventsTest
	class ShopTests {

		@Autowired
		KvTemplate template;

		@Autowired
		KvTestClock clock;

		@Autowired
		RecordedKvEvents events;

		@Test
		void cartIsForgottenAfterADay() {
			this.template.set("cart:1", "book", Duration.ofDays(1));
			this.clock.advance(Duration.ofDays(1));
			assertThat(this.events).expired("cart:1").once();
		}

	}

	static class RealRedis {

		void awaits(RecordedKvEvents events, KvTemplate template) {
			template.set("cart:1", "book", Duration.ofMillis(50));
			assertThat(events).within(Duration.ofSeconds(10)).expired("cart:1").hasValue("book").once();
		}

	}

	@Nested
	class WithoutContext {

		static class KeyLog {

			final List<String> keys = new ArrayList<>();

			@OnKvExpired(prefix = "note:")
			void forgotten(KvExpiredEvent event) {
				this.keys.add(event.getKey());
			}

		}

		@Test
		void hookIsAMethodLikeAnyOther() {
			KeyLog hooks = new KeyLog();
			KvCodec codec = new PlainKvCodec();
			KvExpiredEvent event = KvEventBuilder.forKey(this, "note:1", codec)
				.value(codec.encode("last"))
				.expired(Instant.now(), Duration.ZERO);
			hooks.forgotten(event);
			assertThat(hooks.keys).containsExactly("note:1");
		}

	}

}
