package io.github.kvevents.autoconfigure;

import java.time.Duration;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Checks the values of properties. Boot's own failure analyzer reports the exception with
 * the property, its value and its origin.
 */
final class PropertyCheck {

	private PropertyCheck() {
	}

	static void atLeast(String property, long value, long minimum) {
		if (value < minimum) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					"The value must be at least " + minimum + ".");
		}
	}

	static void atMost(String property, int value, int maximum) {
		if (value > maximum) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					"The value must be at most " + maximum + ".");
		}
	}

	static void atLeast(String property, Duration value, Duration minimum) {
		if (value.compareTo(minimum) < 0) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					"The duration must be at least " + minimum.toMillis() + "ms.");
		}
	}

	static void atMost(String property, Duration value, Duration maximum) {
		if (value.compareTo(maximum) > 0) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					"The duration must be at most " + maximum.toMillis() + "ms.");
		}
	}

	static void positive(String property, DataSize value) {
		if (value.toBytes() < 1) {
			throw new InvalidConfigurationPropertyValueException(property, value, "The size must be at least 1B.");
		}
	}

}
