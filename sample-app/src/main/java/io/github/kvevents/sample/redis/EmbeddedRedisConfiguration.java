package io.github.kvevents.sample.redis;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Starts a real Redis with the application, on the loopback interface only. Its port is
 * {@code sample.redis.port} if that is free, so that further instances know where it is,
 * and any other if not. What it holds is kept below {@code sample.redis.directory}, and
 * is there again when the application runs again. With {@code spring.data.redis.host} or
 * {@code spring.data.redis.url} set there is none of this, and that Redis is used. An
 * ahead-of-time build takes this decision when it builds.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(OnNoRedisConfigured.class)
class EmbeddedRedisConfiguration {

	private static final Log logger = LogFactory.getLog(EmbeddedRedisConfiguration.class);

	private static final String LOOPBACK = "127.0.0.1";

	@Bean(initMethod = "start", destroyMethod = "stop")
	EmbeddedRedis embeddedRedis(@Value("${sample.redis.port}") int preferredPort,
			@Value("${sample.redis.directory}") String directory) throws IOException {
		int port = freePort(preferredPort);
		// by port: two servers must not write to the same files
		return new EmbeddedRedis(LOOPBACK, port, Path.of(directory).toAbsolutePath().resolve(String.valueOf(port)));
	}

	@Bean
	DataRedisConnectionDetails embeddedRedisConnectionDetails(EmbeddedRedis embeddedRedis) {
		int port = embeddedRedis.getPort();
		logger.info("Embedded Redis listens on " + LOOPBACK + ":" + port
				+ ". Set spring.data.redis.host or spring.data.redis.url to use another.");
		DataRedisConnectionDetails.Standalone standalone = DataRedisConnectionDetails.Standalone.of(LOOPBACK, port);
		return new DataRedisConnectionDetails() {
			@Override
			public Standalone getStandalone() {
				return standalone;
			}
		};
	}

	private static int freePort(int preferred) throws IOException {
		try (ServerSocket socket = new ServerSocket(preferred, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (BindException ex) {
			logger.debug("Port " + preferred + " is taken", ex);
			return freePort(0);
		}
	}

}
