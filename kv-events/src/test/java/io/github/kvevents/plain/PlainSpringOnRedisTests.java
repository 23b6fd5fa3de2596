package io.github.kvevents.plain;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

@ExtendWith(TestRedisExtension.class)
class PlainSpringOnRedisTests extends PlainSpringTests {

	private final TestRedis redis;

	PlainSpringOnRedisTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	void register(AnnotationConfigApplicationContext context) {
		context.registerBean(RedisConnectionFactory.class, this.redis::connectionFactory);
		context.register(RedisConfiguration.class);
	}

}
