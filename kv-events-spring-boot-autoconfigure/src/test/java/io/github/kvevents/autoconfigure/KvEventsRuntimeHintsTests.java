package io.github.kvevents.autoconfigure;

import java.io.IOException;

import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.SpringFactoriesLoader;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hints for a native image of an application.
 */
class KvEventsRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	KvEventsRuntimeHintsTests() {
		SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter(KvEventsRuntimeHints.class::isInstance)
			.forEach((registrar) -> registrar.registerHints(this.hints, getClass().getClassLoader()));
	}

	@Test
	void everyScriptIsInTheImage() throws IOException {
		Resource[] scripts = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:io/github/kvevents/**/*.lua");
		assertThat(scripts).isNotEmpty();
		for (Resource script : scripts) {
			String url = script.getURL().toString();
			String name = url.substring(url.lastIndexOf("io/github/kvevents"));
			assertThat(RuntimeHintsPredicates.resource().forResource(name)).as(name).accepts(this.hints);
		}
		assertThat(RuntimeHintsPredicates.resource().forResource("io/github/kvevents/redis/other.txt"))
			.rejects(this.hints);
	}

	@Test
	void conditionsOfEventListenersCanCallTheGettersOfEvents() {
		assertThat(RuntimeHintsPredicates.reflection().onType(KvSetEvent.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(KvExpiredEvent.class, "getLateness"))
			.accepts(this.hints);
	}

	@Test
	void resourcesOfTheDriverCanBeWrapped() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(ClientResources.class)).accepts(this.hints);
	}

}
