package io.github.kvevents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a release consists of fits together: modules, BOM, versions on the pages, workflow
 * and change log.
 */
class ReleaseKitTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	/** A version of ours on a page, in Maven's or Gradle's words. */
	private static final Pattern ON_A_PAGE = Pattern
		.compile("io\\.github\\.kvevents(?::|</groupId>\\s*<artifactId>)(kv-events[a-z-]*)"
				+ "(?::|</artifactId>\\s*<version>)([^\"<]+)");

	private final XPath xpath = XPathFactory.newInstance().newXPath();

	@Test
	void bomHasEachModuleThatIsDeployed() throws Exception {
		List<String> deployed = new ArrayList<>();
		for (String module : texts(pom("."), "/project/modules/module")) {
			Document pom = pom(module);
			if (!text(pom, "/project/packaging").equals("pom")
					&& !text(pom, "/project/properties/maven.deploy.skip").equals("true")) {
				deployed.add(text(pom, "/project/artifactId"));
			}
		}
		assertThat(texts(pom("kv-events-bom"), "/project/dependencyManagement//artifactId"))
			.as("the artifacts of kv-events-bom/pom.xml")
			.containsExactlyInAnyOrderElementsOf(deployed);
	}

	@Test
	void eachModuleHasTheVersionOfTheParentAndSaysWhatItIs() throws Exception {
		String version = version();
		for (String module : texts(pom("."), "/project/modules/module")) {
			Document pom = pom(module);
			assertThat(text(pom, "/project/parent/version")).as(module).isEqualTo(version);
			assertThat(text(pom, "/project/name")).as(module).isNotBlank();
			assertThat(text(pom, "/project/description")).as(module).isNotBlank();
		}
	}

	@Test
	void parentHasWhatRepositoriesAskFor() throws Exception {
		Document parent = pom(".");
		for (String path : List.of("name", "description", "url", "organization/name", "organization/url",
				"licenses/license/name", "licenses/license/url", "developers/developer/name", "scm/connection",
				"scm/developerConnection", "scm/url")) {
			assertThat(text(parent, "/project/" + path)).as(path).isNotBlank();
		}
	}

	@Test
	void pagesNameModulesThatExistInTheVersionOfTheBuild() throws Exception {
		String version = version();
		List<String> artifacts = texts(pom("kv-events-bom"), "/project/dependencyManagement//artifactId");
		List<String> found = new ArrayList<>();
		for (Path page : pages()) {
			ON_A_PAGE.matcher(Files.readString(page)).results().forEach((match) -> {
				found.add(match.group());
				assertThat(match.group(2)).as("%s in %s", match.group(), page).isEqualTo(version);
				assertThat(match.group(1)).as(page.toString())
					.satisfiesAnyOf((name) -> assertThat(artifacts).contains(name),
							(name) -> assertThat(name).isEqualTo("kv-events-bom"));
			});
		}
		assertThat(found).hasSizeGreaterThan(3);
	}

	@Test
	void changeLogHasTheVersionOfTheBuild() throws Exception {
		String version = version();
		String heading = version.endsWith("-SNAPSHOT") ? "## [Unreleased]" : "## [" + version + "]";
		assertThat(Files.readString(ROOT.resolve("CHANGELOG.md"))).contains(heading);
	}

	@Test
	void workflowRunsWhatTheReadmeSaysIsTried() throws Exception {
		Map<String, Object> workflow = new Yaml().load(Files.readString(ROOT.resolve(".github/workflows/build.yml")));
		String matrix = at(workflow, "jobs", "verify", "strategy", "matrix").toString();
		String boot = text(pom("."), "/project/properties/spring-boot.version");
		assertThat(matrix).contains("java=[17, 25]", boot + "]", "redis-8", "valkey-8");
		assertThat(Files.readString(ROOT.resolve("README.md"))).contains("| " + boot + " |");
		for (String template : List.of("bug.yml", "feature.yml", "config.yml")) {
			Object form = new Yaml().load(Files.readString(ROOT.resolve(".github/ISSUE_TEMPLATE").resolve(template)));
			assertThat(form).as(template).isInstanceOf(Map.class);
		}
	}

	@Test
	void commandsOfTheWorkflowExist() throws Exception {
		String workflow = Files.readString(ROOT.resolve(".github/workflows/build.yml"));
		assertThat(workflow).contains("-Dkv.test.redis-server=", ".ci/reproducible", "-Prelease");
		assertThat(Files.readString(ROOT.resolve("kv-events/src/test/java/io/github/kvevents/fixture/TestRedis.java")))
			.contains("\"kv.test.redis-server\"");
		assertThat(texts(pom("."), "/project/profiles/profile/id")).contains("release");
		assertThat(Pattern.compile("\\.ci/[a-z-]+").matcher(workflow).results().map((script) -> script.group()))
			.contains(".ci/test-server")
			.allSatisfy((script) -> assertThat(ROOT.resolve(script)).isExecutable());
	}

	private static Object at(Object node, String... names) {
		Object found = node;
		for (String name : names) {
			found = ((Map<?, ?>) found).get(name);
			assertThat(found).as(name).isNotNull();
		}
		return found;
	}

	private String version() throws Exception {
		return text(pom("."), "/project/version");
	}

	private static List<Path> pages() throws IOException {
		List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
		try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
			files.filter((file) -> file.toString().endsWith(".md")).forEach(pages::add);
		}
		return pages;
	}

	private static Document pom(String module) throws Exception {
		return DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(ROOT.resolve(module).resolve("pom.xml").toFile());
	}

	private String text(Document pom, String path) throws Exception {
		return this.xpath.evaluate(path, pom).strip();
	}

	private List<String> texts(Document pom, String path) throws Exception {
		NodeList nodes = (NodeList) this.xpath.evaluate(path, pom, XPathConstants.NODESET);
		List<String> texts = new ArrayList<>();
		for (int index = 0; index < nodes.getLength(); index++) {
			texts.add(nodes.item(index).getTextContent().strip());
		}
		return texts;
	}

}
