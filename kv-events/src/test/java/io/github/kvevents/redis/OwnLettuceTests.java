package io.github.kvevents.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * A driver whose connections never confirm that they are closed, which no server can
 * cause at will.
 */
class OwnLettuceTests {

	@Test
	@Timeout(60)
	void connectionThatDoesNotCloseHoldsNobodyUp() {
		CompletableFuture<Void> never = new CompletableFuture<>();
		CompletableFuture<Void> first = new CompletableFuture<>();
		RedisClient client = mock();
		// the driver shuts down once: a second call doesn't wait
		given(client.shutdownAsync(anyLong(), anyLong(), any())).willAnswer((call) -> {
			first.complete(null);
			return never;
		});
		LettuceConnectionFactory factory = mock();
		given(factory.getNativeClient()).willReturn(client);
		given(factory.getClientConfiguration()).willReturn(LettuceClientConfiguration.defaultConfiguration());
		willAnswer((call) -> first.isDone() ? null : never.get(5, TimeUnit.MINUTES)).given(factory).stop();
		OwnLettuce.stop(factory);
		verify(factory).stop();
	}

}
