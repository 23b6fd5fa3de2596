package io.github.kvevents.redis.driver;

import java.lang.reflect.Method;
import java.time.Duration;

import io.lettuce.core.TimeoutOptions;
import org.junit.jupiter.api.Test;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link CommandDeadline}.
 */
class CommandDeadlineTests {

	@Test
	void longerTimeoutsForMaintenanceStay() {
		// not in every version of Lettuce
		Method relax = ReflectionUtils.findMethod(TimeoutOptions.Builder.class, "relaxedTimeoutsDuringMaintenance",
				Duration.class);
		Method relaxed = ReflectionUtils.findMethod(TimeoutOptions.class, "getRelaxedTimeout");
		assumeTrue(relax != null && relaxed != null);
		TimeoutOptions.Builder application = TimeoutOptions.builder().fixedTimeout(Duration.ofSeconds(5));
		ReflectionUtils.invokeMethod(relax, application, Duration.ofSeconds(17));
		TimeoutOptions bounded = CommandDeadline.in(application.build(), Duration.ofSeconds(3));
		assertThat(ReflectionUtils.invokeMethod(relaxed, bounded)).isEqualTo(Duration.ofSeconds(17));
		assertThat(bounded.getSource()).isInstanceOf(CommandDeadline.class);
	}

}
