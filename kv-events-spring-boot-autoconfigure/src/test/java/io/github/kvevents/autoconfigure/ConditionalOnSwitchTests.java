package io.github.kvevents.autoconfigure;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;

import io.github.kvevents.actuate.KvConsoleEndpoint;
import io.github.kvevents.autoconfigure.ConditionalOnSwitch.OnSwitchCondition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.KvChangeLog;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What binding takes for {@code true}, as an environment variable often says it, is
 * {@code true} for conditions too.
 */
class ConditionalOnSwitchTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
		.withPropertyValues("kv.events.store=memory");

	@ParameterizedTest
	@ValueSource(strings = { "true", "TRUE", "on", "Yes", "1" })
	void changeLogIsThereWhereItIsSwitchedOn(String on) {
		this.runner.withPropertyValues("kv.events.log.enabled=" + on)
			.run((context) -> assertThat(context).hasSingleBean(KvChangeLog.class)
				.hasSingleBean(KvListenerRegistry.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "NO", "0" })
	void nothingIsThereThatIsSwitchedOff(String off) {
		this.runner.withPropertyValues("kv.events.log.enabled=" + off)
			.run((context) -> assertThat(context).hasSingleBean(KvTemplate.class).doesNotHaveBean(KvChangeLog.class));
		this.runner.withPropertyValues("kv.events.enabled=" + off)
			.run((context) -> assertThat(context).doesNotHaveBean(KvTemplate.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "kv.events.enabled", "kv.events.log.enabled" })
	void whatIsNeitherIsRefusedByTheNameOfTheProperty(String name) {
		this.runner.withPropertyValues(name + "=ja")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining(ConfigurationPropertiesBindException.class.getName())
				.hasStackTraceContaining("'" + name + "'"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "on", "yes", "1" })
	void consoleHasItsFilter(String on) {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class, EndpointAutoConfiguration.class,
					WebEndpointAutoConfiguration.class, KvConsoleEndpointAutoConfiguration.class,
					KvHooksEndpointAutoConfiguration.class, KvExpiryEndpointAutoConfiguration.class,
					KvListenersEndpointAutoConfiguration.class, KvDoctorEndpointAutoConfiguration.class))
			.withUserConfiguration(KvConsoleManagementContextConfiguration.class)
			.withPropertyValues("kv.events.store=memory", "management.endpoints.web.exposure.include=kvconsole",
					"kv.events.enabled=" + on)
			.run((context) -> assertThat(context).hasSingleBean(KvConsoleEndpoint.class).hasBean("kvConsoleFilter"));
	}

	@ParameterizedTest
	@ValueSource(strings = { " true ", "on ", "", "ja" })
	void whatBindingTrimsIsOnAndWhatItRefusesIsLeftToIt(String value) {
		assertThat(OnSwitchCondition.isOn(new MockEnvironment().withProperty("switch", value), "switch", false))
			.isTrue();
	}

}
