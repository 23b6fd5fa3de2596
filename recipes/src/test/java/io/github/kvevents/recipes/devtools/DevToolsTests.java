package io.github.kvevents.recipes.devtools;

import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A restart by DevTools: classes of the application are loaded anew, those of the library
 * stay.
 */
@ExtendWith(TestRedisExtension.class)
class DevToolsTests {

	@Test
	@Timeout(90)
	void afterARestartValuesHaveTheNewClassAndEachHookIsCalledOnce(TestRedis redis) throws Exception {
		Process shop = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), RestartedShop.class.getName(),
				"--spring.data.redis.port=" + redis.getPort(), "--spring.application.name=restarted-shop",
				"--spring.main.web-application-type=none", "--spring.main.keep-alive=true",
				"--spring.devtools.livereload.enabled=false", "--spring.docker.compose.enabled=false",
				"--kv.events.log.enabled=true")
			.redirectErrorStream(true)
			.start();
		try (BufferedReader output = shop.inputReader(StandardCharsets.UTF_8)) {
			List<String> said = new ArrayList<>();
			List<String> logged = new ArrayList<>();
			while (!said.containsAll(List.of("SHOP 2 expired 7", "SHOP 2 listener 200"))) {
				String line = output.readLine();
				assertThat(line).as("said %s, logged %s", said, logged).isNotNull();
				(line.startsWith("SHOP") ? said : logged).add(line);
			}
			assertThat(said).as("%s", logged)
				.contains("SHOP 1 loaders RestartClassLoader AppClassLoader", "SHOP 1 found null", "SHOP 1 hook 100")
				.contains("SHOP 2 loaders RestartClassLoader AppClassLoader", "SHOP 2 found Order[cents=100]",
						"SHOP 2 hook 200")
				.doesNotHaveDuplicates();
			assertThat(said).filteredOn((line) -> line.contains("hook")).hasSize(2);
			assertThat(said).as("the former context is gone").noneMatch((line) -> line.equals("SHOP 1 listener 200"));
		}
		finally {
			shop.destroyForcibly();
		}
	}

}
