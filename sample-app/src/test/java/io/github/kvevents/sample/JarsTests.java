package io.github.kvevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the jars carry that an application adds. They are there once they have been
 * packed, as 'verify' does before it tests the sample.
 */
class JarsTests {

	@ParameterizedTest
	@CsvSource({ "kv-events, io.github.kvevents,",
			"kv-events-spring-boot-autoconfigure, io.github.kvevents.autoconfigure,",
			"kv-events-spring-boot-starter, io.github.kvevents.starter, dependencies-starter" })
	void licenseAndManifest(String module, String moduleName, String jarType) throws IOException {
		try (JarFile jar = new JarFile(jarOf(module))) {
			assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
			assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name")).isEqualTo(moduleName);
			assertThat(jar.getManifest().getMainAttributes().getValue("Spring-Boot-Jar-Type")).isEqualTo(jarType);
		}
	}

	private static File jarOf(String module) throws IOException {
		Path target = Path.of("..", module, "target");
		List<Path> jars = List.of();
		if (Files.isDirectory(target)) {
			try (Stream<Path> files = Files.list(target)) {
				jars = files
					.filter((file) -> file.getFileName().toString().matches(module + "-[^-]+(-SNAPSHOT)?\\.jar"))
					.toList();
			}
		}
		if (jars.isEmpty()) {
			System.out.println("SKIPPED: " + module + " has not been packed: run './mvnw verify' to test its jar");
		}
		Assumptions.assumeFalse(jars.isEmpty());
		return jars.get(0).toFile();
	}

}
