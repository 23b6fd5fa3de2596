package io.github.kvevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the jars carry that an application adds. They are there once they have been
 * packed, as 'verify' does before it tests the sample.
 */
class JarsTests {

	@ParameterizedTest
	@CsvSource({ "kv-events, io.github.kvevents,",
			"kv-events-spring-boot-autoconfigure, io.github.kvevents.autoconfigure,",
			"kv-events-spring-boot-starter, io.github.kvevents.starter, dependencies-starter",
			"kv-events-spring-boot-test, io.github.kvevents.test," })
	void licenseAndManifest(String module, String moduleName, String jarType) throws IOException {
		try (JarFile jar = new JarFile(jarOf(module))) {
			assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
			assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name")).isEqualTo(moduleName);
			assertThat(jar.getManifest().getMainAttributes().getValue("Spring-Boot-Jar-Type")).isEqualTo(jarType);
		}
	}

	/**
	 * A library must not take the name by which Boot finds that of the application.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "kv-events", "kv-events-spring-boot-autoconfigure", "kv-events-spring-boot-starter",
			"kv-events-spring-boot-test" })
	void billOfMaterialsUnderItsOwnName(String module) throws IOException {
		try (JarFile jar = new JarFile(jarOf(module))) {
			JarEntry bill = jar.getJarEntry("META-INF/sbom/" + module + ".cdx.json");
			if (bill == null) {
				System.out.println("SKIPPED: " + module + " was packed offline, without its bill of materials");
			}
			Assumptions.assumeTrue(bill != null);
			assertThat(new String(jar.getInputStream(bill).readAllBytes(), StandardCharsets.UTF_8))
				.contains("\"bomFormat\" : \"CycloneDX\"")
				.contains("\"name\" : \"" + module + "\"")
				.contains("pkg:maven/io.micrometer/micrometer-observation@");
			assertThat(jar.getEntry("META-INF/sbom/application.cdx.json")).isNull();
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
