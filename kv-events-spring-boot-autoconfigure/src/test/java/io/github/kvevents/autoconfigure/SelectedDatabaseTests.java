package io.github.kvevents.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.redis.ConnectionSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * The database of connection factories that aren't Lettuce's.
 */
class SelectedDatabaseTests {

	@Test
	void factoryThatHasADatabaseIsAsked() {
		WithDatabase factory = mock(WithDatabase.class);
		given(factory.getDatabase()).willReturn(5);
		assertThat(ConnectionSettings.of(factory).database()).isEqualTo(5);
	}

	@Test
	void factoryThatDoesNotTellHasTheFirst() {
		assertThat(ConnectionSettings.of(mock(RedisConnectionFactory.class)).database()).isZero();
	}

	public interface WithDatabase extends RedisConnectionFactory {

		int getDatabase();

	}

}
