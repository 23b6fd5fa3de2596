package io.github.kvevents.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookError;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the application gives to kv-events may itself use the template: that is no cycle.
 */
class LateBeansTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class,
				KvEventsAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.port=1", "spring.data.redis.timeout=1s",
				"spring.data.redis.connect-timeout=1s", "kv.events.log.enabled=true",
				"kv.events.hooks.shutdown-timeout=100ms");

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void errorHandlerMayUseTheTemplate(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store)
			.withBean(WritingErrorHandler.class)
			.withBean(FailingHook.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				if (store.equals("memory")) {
					KvTemplate template = context.getBean(KvTemplate.class);
					template.set("a", "1");
					assertThat(template.get("error:failing", String.class)).contains("java.lang.IllegalStateException");
				}
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void codecMayUseTheTemplate(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store).withBean(TemplateCodec.class).run((context) -> {
			assertThat(context).hasNotFailed();
			TemplateCodec codec = context.getBean(TemplateCodec.class);
			KvTemplate template = context.getBean(KvTemplate.class);
			assertThat(codec.operations).isSameAs(template);
			if (store.equals("memory")) {
				template.set("a", 1);
				assertThat(template.getRaw("a")).hasValue("coded 1".getBytes(StandardCharsets.UTF_8));
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void filtersAndGuardsMayUseTheTemplate(String store) {
		this.runner.withPropertyValues("kv.events.store=" + store)
			.withBean(WritingErrorHandler.class)
			.withBean("known", KnownKeys.class)
			.withBean(Filtered.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				if (store.equals("memory")) {
					KvTemplate template = context.getBean(KvTemplate.class);
					template.setRaw("known:a", new byte[0]);
					template.set("a", "1");
					template.set("b", "1");
					assertThat(context.getBean(Filtered.class).calls).containsExactly("guard a", "hook a");
				}
			});
	}

	@Test
	void twoCodecsStopStartUp() {
		this.runner.withPropertyValues("kv.events.store=memory")
			.withBean("one", TemplateCodec.class)
			.withBean("other", TemplateCodec.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.isInstanceOf(NoUniqueBeanDefinitionException.class));
	}

	@Test
	void everyCallReachesTheApplicationsCodec() throws Exception {
		for (Method method : KvCodec.class.getMethods()) {
			assertThat(LazyCodec.class.getMethod(method.getName(), method.getParameterTypes()).getDeclaringClass())
				.as(method.toString())
				.isEqualTo(LazyCodec.class);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { JsonKvCodec.class, PlainKvCodec.class })
	void applicationsCodecIsKnownByItsClass(Class<? extends KvCodec> type) {
		this.runner.withBean(type).run((context) -> {
			LazyCodec codec = (LazyCodec) LazyCodec.of(context.getBeanProvider(KvCodec.class));
			assertThat(codec.getDecoratedClass()).isEqualTo(type);
		});
	}

	static class WritingErrorHandler implements KvHookErrorHandler {

		private final KvOperations operations;

		WritingErrorHandler(KvOperations operations) {
			this.operations = operations;
		}

		@Override
		public void onError(KvHookError error) {
			this.operations.set("error:" + error.hookId(), error.cause().getClass().getName());
		}

	}

	static class FailingHook {

		@KvHook(id = "failing", prefix = "a")
		void fail(String key) {
			throw new IllegalStateException(key);
		}

	}

	static class TemplateCodec implements KvCodec {

		private final KvOperations operations;

		TemplateCodec(KvOperations operations) {
			this.operations = operations;
		}

		@Override
		public byte[] encode(Object value) {
			return ("coded " + value).getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public <T> T decode(byte[] value, Class<T> type) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Object decode(byte[] value, Type type) {
			throw new UnsupportedOperationException();
		}

	}

	static class KnownKeys implements KeyFilter {

		private final KvOperations operations;

		KnownKeys(KvOperations operations) {
			this.operations = operations;
		}

		@Override
		public boolean matches(String key) {
			return this.operations.hasKey("known:" + key);
		}

	}

	static class Filtered {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		Filtered(ObjectProvider<KvOperations> operations) {
		}

		@KvHook(prefix = { "a", "b" }, filter = "known")
		void hook(String key) {
			this.calls.add("hook " + key);
		}

		@KvGuard(prefix = { "a", "b" }, filter = "known")
		void guard(String key) {
			this.calls.add("guard " + key);
		}

		@KvListener(id = "filtered", prefix = "none", filter = "known")
		void listen(String key) {
		}

	}

}
