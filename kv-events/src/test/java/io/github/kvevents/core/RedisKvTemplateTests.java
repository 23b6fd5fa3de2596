package io.github.kvevents.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.KvEvent;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KvTemplate} on a real Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RedisKvTemplateTests extends KvTemplateContractTests {

	private final TestRedis redis;

	RedisKvTemplateTests(TestRedis redis) {
		this.redis = redis;
	}

	@Override
	KvStore createStore() {
		return new RedisKvStore(this.redis.template().getRequiredConnectionFactory(), KeyNames.prefixedWith("app:"));
	}

	@Test
	void aKeyOfAnotherRedisTypeIsUntouched() {
		RecordingDispatcher dispatcher = new RecordingDispatcher();
		KvTemplate template = template(dispatcher);
		this.redis.template().opsForList().rightPushAll("app:list", "a", "b");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.set("list", "v"));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.get("list", String.class));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.delete("list"));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.compareAndSet("list", "a", "b"));
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> template.update("list", String.class, (value) -> "v"));
		assertThat(template.hasKey("list")).isTrue();
		assertThat(this.redis.template().opsForList().range("app:list", 0, -1)).containsExactly("a", "b");
		assertThat(dispatcher.events).isEmpty();
	}

	@Test
	void aBatchThatFailsForOneKeyPublishesTheOthers() {
		RecordingDispatcher dispatcher = new RecordingDispatcher();
		KvTemplate template = template(dispatcher);
		this.redis.template().opsForList().rightPush("app:list", "a");
		Map<String, String> entries = new LinkedHashMap<>();
		for (String key : List.of("k1", "list", "k2")) {
			entries.put(key, "v");
		}
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.batchSet(entries));
		assertThat(dispatcher.events).extracting(KvEvent::getKey).containsExactly("k1", "k2");
		assertThat(template.get("k2", String.class)).contains("v");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> template.batchDelete(entries.keySet()));
		assertThat(dispatcher.events).extracting(KvEvent::getKey).containsExactly("k1", "k2", "k1", "k2");
		assertThat(template.hasKey("k2")).isFalse();
		assertThat(this.redis.template().opsForList().size("app:list")).isEqualTo(1);
	}

	private KvTemplate template(RecordingDispatcher dispatcher) {
		return KvTemplate.builder(createStore(), new JsonKvCodec(JsonMapper.builder().build()))
			.dispatcher(dispatcher)
			.build();
	}

}
