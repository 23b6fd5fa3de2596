package io.github.kvevents.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands;

import io.github.kvevents.annotation.KvHookBeanPostProcessor;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A set passes few of our classes on its way to Redis and to a hook: a reader can follow
 * it, and so can the reader of a stack trace.
 */
@ExtendWith(TestRedisExtension.class)
class CallDepthTests {

	private static final String ROOT = "io.github.kvevents.";

	private final AtomicReference<Set<String>> sent = new AtomicReference<>(Set.of());

	private final AtomicReference<Set<String>> hooked = new AtomicReference<>(Set.of());

	private final HookEngine engine = HookEngine.builder().build();

	private final KvTemplate template;

	CallDepthTests(TestRedis redis) {
		RedisConnectionFactory factory = spy(RedisConnectionFactory.class,
				redis.template().getRequiredConnectionFactory());
		this.template = KvTemplate.builder(new RedisKvStore(factory, KeyNames.plain()), new PlainKvCodec())
			.dispatcher(this.engine.getDispatcher())
			.guards(this.engine.getGuards())
			.build();
	}

	@BeforeEach
	void useTheServerOnce() {
		this.template.set("before", "v");
	}

	@Test
	void setReachesTheConnectionThroughAtMostEightClasses() {
		this.template.set("key", "v");
		assertThat(this.sent.get()).contains(KvTemplate.class.getName()).hasSizeLessThanOrEqualTo(8);
	}

	@Test
	void setReachesTheConnectionThroughAtMostEightClassesAlsoWithHooks() {
		this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> {
		});
		this.engine.getRegistry().register(KvHookOptions.defaults().async(), (event) -> {
		});
		this.template.set("key", "v");
		assertThat(this.sent.get()).contains(KvTemplate.class.getName()).hasSizeLessThanOrEqualTo(8);
	}

	@Test
	void setReachesASynchronousHookThroughAtMostSixClasses() {
		this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> this.hooked.set(classesOnStack()));
		this.template.set("key", "v");
		assertThat(this.hooked.get()).contains(KvTemplate.class.getName()).hasSizeLessThanOrEqualTo(6);
	}

	@Test
	void setReachesAnAnnotatedHookThroughAtMostSixClasses() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(HookEngine.class, () -> this.engine);
			context.registerBean(KvHookBeanPostProcessor.class);
			context.registerBean(Hooks.class, () -> new Hooks(this.hooked));
			context.refresh();
			this.template.set("key", "v");
		}
		assertThat(this.hooked.get()).contains(KvTemplate.class.getName()).hasSizeLessThanOrEqualTo(6);
	}

	private static Set<String> classesOnStack() {
		Set<String> classes = new LinkedHashSet<>();
		for (StackTraceElement frame : new Throwable().getStackTrace()) {
			String name = frame.getClassName();
			if (name.startsWith(ROOT) && !name.startsWith(CallDepthTests.class.getName())) {
				classes.add(name);
			}
		}
		return classes;
	}

	private <T> T spy(Class<T> type, T target) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> call(target, method, arguments)));
	}

	private @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
		if (method.getName().equals("setGet")) {
			this.sent.set(classesOnStack());
		}
		try {
			Object result = method.invoke(target, arguments);
			return spyOn(method.getReturnType(), result);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	private @Nullable Object spyOn(Class<?> type, @Nullable Object result) {
		if (type == RedisConnection.class) {
			return spy(RedisConnection.class, (RedisConnection) Objects.requireNonNull(result));
		}
		if (type == RedisStringCommands.class) {
			return spy(RedisStringCommands.class, (RedisStringCommands) Objects.requireNonNull(result));
		}
		return result;
	}

	static class Hooks {

		private final AtomicReference<Set<String>> hooked;

		Hooks(AtomicReference<Set<String>> hooked) {
			this.hooked = hooked;
		}

		@KvHook
		void changed() {
			this.hooked.set(classesOnStack());
		}

	}

}
