package io.github.kvevents.redis;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.redis.driver.LinkResources;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How connections of the driver that were lost return.
 */
class SpreadResourcesTests {

	private ClientResources application = ClientResources.create();

	@AfterEach
	void stop() {
		this.application.shutdown().awaitUninterruptibly();
	}

	@Test
	void delaysAreRandomAndShort() {
		Delay one = resources().get().reconnectDelay();
		Delay two = resources().get().reconnectDelay();
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
		assertThat(ownDelay().createDelay(1)).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void threadsAreThoseOfTheApplicationAndAreLeftToIt() throws Exception {
		LinkResources link = resources();
		ClientResources own = link.get();
		assertThat(own.eventLoopGroupProvider()).isSameAs(this.application.eventLoopGroupProvider());
		assertThat(own.timer()).isSameAs(this.application.timer());
		assertThat(own.shutdown().get()).isTrue();
		link.shutDown(0, 0);
		assertThat(this.application.eventExecutorGroup().isShuttingDown()).isFalse();
	}

	@Test
	void factoryWithoutResourcesGetsThem() {
		LinkResources link = new LinkResources(LettuceClientConfiguration.defaultConfiguration());
		ClientResources own = link.get();
		assertThat(own.reconnectDelay().createDelay(40)).isLessThanOrEqualTo(Duration.ofSeconds(2));
		link.shutDown(0, 0);
		assertThat(own.eventExecutorGroup().isShuttingDown()).isTrue();
	}

	private LinkResources resources() {
		return new LinkResources(clientConfiguration());
	}

	private LettuceClientConfiguration clientConfiguration() {
		return LettuceClientConfiguration.builder().clientResources(this.application).build();
	}

	private Delay ownDelay() {
		LettuceConnectionFactory theirs = new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", 1),
				clientConfiguration());
		LettuceConnectionFactory own = (LettuceConnectionFactory) OwnLettuce.of(theirs, OwnLettuce.resources(theirs));
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
