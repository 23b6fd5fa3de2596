package io.github.kvevents.docs;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The program of docs/cluster.md.
 */
@ExtendWith({ TestRedisExtension.class, TestClusterExtension.class, OutputCaptureExtension.class })
class MoveToClusterTests {

	@Test
	void countsThenMoves(TestRedis redis, TestCluster cluster, CapturedOutput output) {
		redis.template()
			.opsForHash()
			.putAll("kv-events:{shop}:meta", Map.of("partitions", "1", "layout", "plain", "key-prefix", "app:"));
		redis.template().opsForValue().set("app:checkout:1", "x");
		StringRedisTemplate moved = new StringRedisTemplate(cluster.connectionFactory());
		MoveToCluster.main("127.0.0.1:" + redis.getPort(), cluster.addresses());
		assertThat(output).contains("Report[keys=1, deadlines=0,");
		assertThat(moved.keys("*")).isEmpty();
		MoveToCluster.main("127.0.0.1:" + redis.getPort(), cluster.addresses(), "run");
		Namespace shop = Namespace.tagged("shop", 16);
		assertThat(moved.opsForValue().get("{" + shop.tag(shop.partitionOf("checkout:1")) + "}app:checkout:1"))
			.isEqualTo("x");
		assertThat(moved.opsForHash().entries("kv-events:{shop}:meta"))
			.isEqualTo(Map.of("partitions", "16", "layout", "tagged", "key-prefix", "app:"));
	}

}
