package io.github.kvevents.annotation;

import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.hook.OnKvExpired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which methods take the value of an expired key, and what happens where none is kept.
 */
@ExtendWith(OutputCaptureExtension.class)
class LastValueDeclarationTests {

	@Test
	void parametersSayWhetherAHookTakesValues() {
		try (AnnotationConfigApplicationContext context = start(true, Methods.class)) {
			HookEngine engine = context.getBean(HookEngine.class);
			Map<String, Boolean> takes = engine.getDispatcher()
				.receivers(KvEventType.EXPIRED)
				.stream()
				.collect(Collectors.toMap(KvReceiver::id, KvReceiver::takesValue));
			assertThat(takes).containsOnlyKeys("key", "type", "nothing", "value", "bytes", "text", "previous", "event",
					"expired");
			assertThat(takes).extracting("key", "type", "nothing").containsOnly(false);
			assertThat(takes).extracting("value", "bytes", "text", "previous", "event", "expired").containsOnly(true);
			assertThat(engine.getDispatcher().mayTakeValue(KvEventType.EXPIRED, "key:1")).isFalse();
			assertThat(engine.getDispatcher().mayTakeValue(KvEventType.EXPIRED, "key:value:1")).isTrue();
			assertThat(engine.getDispatcher().mayTakeValue(KvEventType.EXPIRED, "other:1")).isFalse();
			assertThat(engine.getDispatcher().mayReceive(KvEventType.EXPIRED, "key:1")).isTrue();
			assertThat(engine.getDispatcher().mayTakeValue(KvEventType.SET, "key:value:1")).isFalse();
		}
	}

	@Test
	void expiryHookThatNeedsAValueIsRefusedWhereNoneIsKept() {
		assertThatExceptionOfType(KvHookDefinitionException.class).isThrownBy(() -> start(false, Needing.class))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains("Needing")
				.contains("parameter 'order'")
				.contains("'kv.events.expiry.tracking.last-value' is 'never'")
				.contains("@Nullable"));
		start(true, Needing.class).close();
	}

	@Test
	void otherHooksAreAccepted(CapturedOutput output) {
		start(false, Bearing.class).close();
		assertThat(output).doesNotContain("last-value");
		start(false, Mixed.class).close();
		assertThat(output).containsOnlyOnce("'kv.events.expiry.tracking.last-value' is 'never'");
	}

	private static AnnotationConfigApplicationContext start(boolean lastValues, Class<?> bean) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.registerBean(HookEngine.class,
				() -> HookEngine.builder().codec(new PlainKvCodec()).lastValues(lastValues).build());
		context.register(Processor.class, bean);
		try {
			context.refresh();
			return context;
		}
		catch (BeanCreationException ex) {
			if (ex.getMostSpecificCause() instanceof KvHookDefinitionException definition) {
				throw definition;
			}
			throw ex;
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Processor {

		@Bean
		static KvHookBeanPostProcessor hooks(ObjectProvider<HookEngine> engine) {
			return new KvHookBeanPostProcessor(engine);
		}

	}

	static class Methods {

		@OnKvExpired(id = "key", prefix = "key:")
		void key(String key) {
		}

		@KvHook(id = "type", prefix = "key:")
		void type(KvEventType type, String key) {
		}

		@OnKvExpired(id = "nothing", prefix = "key:")
		void nothing() {
		}

		@OnKvExpired(id = "value", prefix = "key:value:")
		void value(String key, Integer value) {
		}

		@OnKvExpired(id = "bytes", prefix = "key:value:")
		void bytes(byte[] value) {
		}

		@OnKvExpired(id = "text", prefix = "key:value:")
		void text(@KvValue String value) {
		}

		@OnKvExpired(id = "previous", prefix = "key:value:")
		void previous(@KvPreviousValue Integer value) {
		}

		@OnKvExpired(id = "event", prefix = "key:value:")
		void event(KvEvent event) {
		}

		@OnKvExpired(id = "expired", prefix = "key:value:")
		void expired(KvExpiredEvent event) {
		}

	}

	static class Needing {

		@OnKvExpired(prefix = "order:")
		void cancel(String key, Integer order) {
		}

	}

	static class Bearing {

		@OnKvExpired
		void key(String key) {
		}

		@OnKvExpired
		void event(KvExpiredEvent event) {
		}

		@OnKvExpired
		void value(@Nullable Integer order) {
		}

		@KvHook(events = KvEventType.SET)
		void set(Integer order) {
		}

	}

	static class Mixed {

		@KvHook(events = { KvEventType.SET, KvEventType.EXPIRED })
		void both(Integer order) {
		}

	}

}
