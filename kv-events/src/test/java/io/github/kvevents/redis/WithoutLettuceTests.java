package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.OverridingClassLoader;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with Jedis need not have Lettuce.
 */
class WithoutLettuceTests {

	@Test
	void linkStartsAndEndsWithJedisAlone() throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			Class<?> application = new LoaderWithoutLettuce().loadClass(Application.class.getName());
			Object read = ((Callable<?>) application.getDeclaredConstructor(int.class).newInstance(redis.getPort()))
				.call();
			assertThat(read).isEqualTo("value");
		}
	}

	/**
	 * Loads anew what refers to Lettuce, and doesn't find that.
	 */
	private static final class LoaderWithoutLettuce extends OverridingClassLoader {

		LoaderWithoutLettuce() {
			super(WithoutLettuceTests.class.getClassLoader());
		}

		@Override
		protected boolean isEligibleForOverriding(String className) {
			return className.startsWith("io.github.kvevents.")
					|| className.startsWith("org.springframework.data.redis.");
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("io.lettuce.")) {
				throw new ClassNotFoundException(name);
			}
			return super.loadClass(name, resolve);
		}

	}

	/**
	 * Runs in that loader.
	 */
	public static final class Application implements Callable<String> {

		private final int port;

		public Application(int port) {
			this.port = port;
		}

		@Override
		public String call() {
			JedisConnectionFactory factory = new JedisConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", this.port));
			factory.afterPropertiesSet();
			factory.start();
			GenericApplicationContext context = new GenericApplicationContext();
			RedisLink link = new RedisLink(factory);
			link.setApplicationContext(context);
			try {
				link.start();
				link.onApplicationEvent(new ContextRefreshedEvent(context));
				return readBack(link);
			}
			finally {
				link.onApplicationEvent(new ContextClosedEvent(context));
				link.stop();
				link.destroy();
				factory.destroy();
			}
		}

		private static String readBack(RedisLink link) {
			try (RedisConnection connection = link.connectionFactory().getConnection()) {
				byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
				connection.stringCommands().set(key, "value".getBytes(StandardCharsets.US_ASCII));
				byte[] value = connection.stringCommands().get(key);
				return (value != null) ? new String(value, StandardCharsets.US_ASCII) : "none";
			}
		}

	}

}
