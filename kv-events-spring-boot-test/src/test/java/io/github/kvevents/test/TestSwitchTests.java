package io.github.kvevents.test;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tests get is there where kv-events is.
 */
class TestSwitchTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsTestAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "true", "on", "yes", "1" })
	void isOn(String value) {
		this.runner.withPropertyValues("kv.events.enabled=" + value)
			.run((context) -> assertThat(context).hasSingleBean(KvTestClock.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "no", "0" })
	void isOff(String value) {
		this.runner.withPropertyValues("kv.events.enabled=" + value)
			.run((context) -> assertThat(context).doesNotHaveBean(KvTestClock.class));
	}

	@ParameterizedTest
	@ValueSource(strings = "ja")
	void isNeither(String value) {
		this.runner.withPropertyValues("kv.events.enabled=" + value)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(value));
	}

}
