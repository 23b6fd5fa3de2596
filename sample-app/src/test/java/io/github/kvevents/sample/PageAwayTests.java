package io.github.kvevents.sample;

import java.io.IOException;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.kvevents.sample.Fleet.Instance;

import static io.github.kvevents.sample.Page.row;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page while its server is away, and once it is back.
 */
class PageAwayTests {

	private static final List<String> MARKED = List.of("#counts", "#orders", "#feed-card", "#listeners-card",
			"#expiry-card", "#hooks-card");

	@Test
	void marksWhatIsNotCurrentAndRecovers() throws IOException {
		try (Browser browser = Browser.startOrSkip(); Fleet fleet = new Fleet()) {
			Instance instance = fleet.start();
			instance.api().placed("away", 600);
			browser.viewport(390, 844);
			browser.open("http://localhost:" + instance.port() + "/");
			browser.await(row("away") + " .clock", ":");
			browser.await("#hooks th", "order-expiry");
			assertThat(marked(browser)).isEmpty();
			assertThat(browser.find("#stale").isDisplayed()).isFalse();
			instance.stop();
			browser.await("#stale", "The server does not answer. What is marked is as of ");
			Awaitility.await().until(() -> marked(browser).equals(MARKED));
			browser.await(row("away") + " .clock", "–");
			assertThat(browser.find(row("away") + " .time-left").getAttribute("textContent"))
				.isEqualTo("time left is not known");
			browser.click(row("away") + " .pay");
			browser.await("#problem", "The server does not answer");
			assertThat(browser.violations()).isEmpty();
			Instance again = fleet.startOn(instance.port());
			browser.await("#connection", "live");
			Awaitility.await()
				.until(() -> marked(browser).isEmpty() && !browser.find("#stale").isDisplayed()
						&& !browser.find("#problem").isDisplayed());
			browser.await(row("away") + " .clock", ":");
			again.api().pay("away").expectStatus().isOk();
			browser.await(row("away") + " .badge", "PAID");
			browser.await("#count-paid", "1");
			browser.await("#receipts-sent", "1");
		}
	}

	private static List<String> marked(Browser browser) {
		return MARKED.stream().filter((css) -> "true".equals(browser.find(css).getAttribute("data-stale"))).toList();
	}

}
