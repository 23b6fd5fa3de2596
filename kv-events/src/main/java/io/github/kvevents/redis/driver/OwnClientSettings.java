package io.github.kvevents.redis.driver;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * The client settings of the application without its pool and its replicas. If the
 * application reads from replicas, this reads from the primary: the configured server may
 * be a replica.
 */
public record OwnClientSettings(LettuceClientConfiguration settings, Optional<ClientOptions> options,
		ClientResources resources, Optional<ReadFrom> readFrom,
		Duration timeout) implements LettuceClientConfiguration {

	/**
	 * Settings with the command timeout of the application.
	 * @param settings those of the application
	 * @param options the options of the driver
	 * @param resources the threads and settings of the driver
	 * @param readFrom where to read from
	 */
	public OwnClientSettings(LettuceClientConfiguration settings, Optional<ClientOptions> options,
			ClientResources resources, Optional<ReadFrom> readFrom) {
		this(settings, options, resources, readFrom, settings.getCommandTimeout());
	}

	@Override
	public boolean isUseSsl() {
		return this.settings.isUseSsl();
	}

	@Override
	@SuppressWarnings("deprecation")
	public boolean isVerifyPeer() {
		return this.settings.isVerifyPeer();
	}

	@Override
	public SslVerifyMode getVerifyMode() {
		return this.settings.getVerifyMode();
	}

	@Override
	public boolean isStartTls() {
		return this.settings.isStartTls();
	}

	@Override
	public Optional<ClientResources> getClientResources() {
		return Optional.of(this.resources);
	}

	@Override
	public Optional<ClientOptions> getClientOptions() {
		return this.options;
	}

	@Override
	public Optional<String> getClientName() {
		return this.settings.getClientName();
	}

	@Override
	public Optional<ReadFrom> getReadFrom() {
		return this.readFrom;
	}

	@Override
	public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
		return this.settings.getRedisCredentialsProviderFactory();
	}

	@Override
	public Duration getCommandTimeout() {
		return this.timeout;
	}

	@Override
	public Duration getShutdownTimeout() {
		return this.settings.getShutdownTimeout();
	}

	@Override
	public Duration getShutdownQuietPeriod() {
		return this.settings.getShutdownQuietPeriod();
	}

}
