package io.github.kvevents.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.redis.driver.SpreadResources;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SpreadResources}.
 */
class SpreadResourcesTests {

	private ClientResources application = ClientResources.create();

	@AfterEach
	void stop() {
		this.application.shutdown().awaitUninterruptibly();
	}

	@Test
	void delaysAreRandomAndShort() {
		Delay one = SpreadResources.of(Optional.of(this.application)).orElseThrow().reconnectDelay();
		Delay two = SpreadResources.of(Optional.of(this.application)).orElseThrow().reconnectDelay();
		assertThat(delays(one)).isNotEqualTo(delays(two)).isNotEqualTo(delays(one));
		assertThat(delays(one)).allMatch((delay) -> delay.compareTo(Duration.ofSeconds(2)) <= 0)
			.allMatch((delay) -> delay.compareTo(Duration.ZERO) > 0);
		assertThat(one.createDelay(1)).isLessThan(Duration.ofMillis(20));
		assertThat(one.createDelay(30)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void ownConnectionsHaveThem() {
		assertThat(ownDelay().createDelay(40)).isLessThanOrEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void delayThatTheApplicationHasSetStays() {
		this.application = this.application.mutate().reconnectDelay(Delay.constant(Duration.ofSeconds(7))).build();
		assertThat(SpreadResources.of(Optional.of(this.application))).containsSame(this.application);
		assertThat(ownDelay().createDelay(1)).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void threadsAreThoseOfTheApplicationAndAreLeftToIt() throws Exception {
		ClientResources own = SpreadResources.of(Optional.of(this.application)).orElseThrow();
		assertThat(own.eventLoopGroupProvider()).isSameAs(this.application.eventLoopGroupProvider());
		assertThat(own.timer()).isSameAs(this.application.timer());
		assertThat(own.shutdown().get()).isTrue();
		assertThat(this.application.eventExecutorGroup().isShuttingDown()).isFalse();
		assertThat(SpreadResources.of(Optional.empty())).isEmpty();
	}

	private Delay ownDelay() {
		LettuceConnectionFactory theirs = new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", 1),
				LettuceClientConfiguration.builder().clientResources(this.application).build());
		LettuceConnectionFactory own = (LettuceConnectionFactory) OwnLettuce.of(theirs);
		try {
			return own.getRequiredNativeClient().getResources().reconnectDelay();
		}
		finally {
			own.destroy();
		}
	}

	private static List<Duration> delays(Delay delay) {
		return LongStream.rangeClosed(0, 70).mapToObj(delay::createDelay).toList();
	}

}
