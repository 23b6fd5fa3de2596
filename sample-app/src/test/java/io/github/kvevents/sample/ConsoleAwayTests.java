package io.github.kvevents.sample;

import java.io.IOException;
import java.nio.file.Path;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.kvevents.sample.Fleet.Instance;

import static io.github.kvevents.sample.Console.action;
import static io.github.kvevents.sample.Console.cell;
import static io.github.kvevents.sample.Console.row;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console while Redis or its server is away and once they are back, and where it may
 * only show.
 */
class ConsoleAwayTests {

	@Test
	void marksWhatIsNotCurrentAndRecovers() throws IOException {
		try (Browser browser = Browser.startOrSkip(); Fleet fleet = new Fleet()) {
			Instance instance = fleet.start("--kv.events.instance-id=blue");
			Console console = new Console(browser, instance.port());
			browser.viewport(1280, 860);
			console.open("listeners");
			browser.await(cell("listeners", "audit", "owner"), "this instance");
			assertThat(browser.find("#stale").isDisplayed()).isFalse();
			fleet.stopRedis();
			browser.await("#stale", "The store does not answer");
			browser.await("#fresh-text", " s ago");
			assertThat(browser.find("#part-listeners").getAttribute("data-stale")).isEqualTo("true");
			assertThat(browser.find(cell("listeners", "audit", "owner")).getText()).as("as it was")
				.isEqualTo("this instance");
			assertThat(browser.violations()).isEmpty();
			browser.screenshot(Path.of("target", "console-away.png"));
			console.show("hooks");
			browser.await(row("hooks", "order-expiry") + " th", "order-expiry");
			assertThat(browser.find("#stale").isDisplayed()).as("hooks need no store").isFalse();
			browser.click("[data-part='listeners']");
			fleet.startRedis();
			browser.await("#fresh-text", "live");
			assertThat(browser.find("#stale").isDisplayed()).isFalse();
			serverAway(browser, fleet, instance);
		}
	}

	private static void serverAway(Browser browser, Fleet fleet, Instance instance) {
		instance.stop();
		browser.await("#stale", "The server does not answer. What is marked is as of ");
		browser.click(action("listeners", "audit", "pause"));
		browser.await("#problem", "The server does not answer.");
		fleet.startOn(instance.port(), "--management.endpoint.kvconsole.access=read-only");
		browser.await("#fresh-text", "live");
		Awaitility.await().until(() -> !browser.find("#stale").isDisplayed());
		new Console(browser, instance.port()).open("listeners");
		browser.await("#access", "read-only");
		browser.await(row("listeners", "audit") + " th", "audit");
		assertThat(browser.find(action("listeners", "audit", "pause")).isDisplayed()).isFalse();
		browser.click("[data-part='hooks']");
		browser.await(cell("hooks", "order-expiry", "enabled"), "on");
		assertThat(browser.find(action("hooks", "order-expiry", "enabled")).isDisplayed()).isFalse();
	}

}
