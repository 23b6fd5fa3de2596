package io.github.kvevents.sample;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class AuditTests {

	private final Api api;

	private final KvTemplate kv;

	AuditTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv) {
		this.api = new Api(rest);
		this.kv = kv;
	}

	@Test
	void keepsWhatHappenedNewestFirstAndNoValues() {
		Instant before = Instant.now().minusMillis(1);
		this.kv.set("audited", "a secret");
		this.kv.set("audited", "another secret");
		this.kv.delete("audited");
		List<Map<String, Object>> entries = Awaitility.await()
			.until(() -> this.api.audit("audited"), (found) -> found.size() == 3);
		assertThat(entries).extracting("type").containsExactly("DELETE", "SET", "SET");
		assertThat(entries).extracting("change").containsExactly("REMOVED", "UPDATED", "CREATED");
		assertThat(entries).allSatisfy((entry) -> {
			assertThat(entry).containsOnlyKeys("position", "key", "type", "change", "at", "origin");
			assertThat(Instant.parse((String) entry.get("at"))).isBetween(before, Instant.now());
			assertThat((String) entry.get("origin")).isNotBlank();
		});
	}

	@Test
	void keepsTheNewestThousand() {
		for (int i = 0; i < 1001; i++) {
			this.kv.set("bounded:" + i, i);
		}
		List<Map<String, Object>> entries = Awaitility.await().until(() -> this.api.list("/audit"), (all) -> {
			List<Object> keys = all.stream().map((entry) -> entry.get("key")).toList();
			return keys.contains("bounded:1000") && keys.contains("bounded:1") && !keys.contains("bounded:0");
		});
		assertThat(entries).hasSize(1000);
	}

}
