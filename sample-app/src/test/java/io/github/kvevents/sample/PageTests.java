package io.github.kvevents.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;

import static io.github.kvevents.sample.Page.listener;
import static io.github.kvevents.sample.Page.row;
import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class PageTests {

	private static Browser browser;

	private final Api api;

	private final KvTemplate kv;

	private final KvListenerRegistry listeners;

	private final String page;

	PageTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @Autowired KvListenerRegistry listeners,
			@LocalServerPort int port) {
		this.api = new Api(rest);
		this.kv = kv;
		this.listeners = listeners;
		this.page = "http://localhost:" + port + "/";
	}

	@BeforeAll
	static void startBrowser() {
		browser = Browser.startOrSkip();
	}

	@AfterAll
	static void stopBrowser() {
		if (browser != null) {
			browser.close();
		}
	}

	@BeforeEach
	void openPage() {
		deleteAll("checkout:");
		deleteAll("order:");
		deleteAll("receipt:");
		this.api.mail(true);
		browser.viewport(1280, 1370);
		browser.prefer("light");
		browser.open(this.page);
		browser.await("#connection", "live");
	}

	@Test
	void showsAnOrderFromPlacingToTheEnd() throws IOException {
		Page.place(browser, "order-m4tq8z", "240");
		this.api.paid("order-t3jd9f");
		browser.await("#receipts-sent", "1");
		Page.place(browser, "order-7gk2p4", "300");
		browser.await(row("order-7gk2p4") + " .badge", "PENDING");
		String before = browser.find(row("order-7gk2p4") + " .clock").getText();
		browser.await(row("order-7gk2p4") + " .clock", "4:5");
		assertThat(before).isNotEqualTo(browser.find(row("order-7gk2p4") + " .clock").getText());
		browser.click("#mail-up");
		Awaitility.await().until(() -> this.api.object("/mail").containsValue(false));
		browser.click(row("order-7gk2p4") + " .pay");
		browser.await(row("order-7gk2p4") + " .badge", "PAID");
		assertThat(browser.find(row("order-7gk2p4") + " .pay").isDisplayed()).isFalse();
		Page.place(browser, "order-x9hc3e", "1");
		browser.await(row("order-x9hc3e") + " .badge", "EXPIRED");
		browser.await(row("order-x9hc3e") + " .order-note", "ms late");
		browser.await("#feed [data-type='EXPIRED'] .key", "checkout:order-x9hc3e");
		browser.await("#feed [data-type='DELETE'] .key", "checkout:order-7gk2p4");
		for (String hook : new String[] { "live", "metrics", "order-cache", "order-cache-fleet", "order-expiry" }) {
			browser.await("#hooks tr[data-hook='" + hook + "'] th", hook);
		}
		browser.await("#expiry-state", "tracking");
		browser.await("#expiry-tracked", "1");
		browser.await("#expiry-overdue", "0");
		browser.await("#expiry-pending", "0");
		for (String figure : new String[] { "p50", "p99", "max" }) {
			browser.await("#expiry-" + figure, " ms");
		}
		browser.await(listener("receipts", "dead-letters"), "1");
		Page.place(browser, "order-b6wv5n", "25");
		browser.await(row("order-b6wv5n") + " .clock", "21.");
		browser.screenshot(Path.of("target", "page.png"));
		assertThat(browser.consoleErrors()).isEmpty();
		redrive();
	}

	@Test
	void redrivesWhatTheMailServerRefused() {
		assertThat(browser.find("#mail-up").getAccessibleName()).isEqualTo("Mail server accepts mail");
		browser.click("#mail-up");
		Awaitility.await().until(() -> this.api.object("/mail").containsValue(false));
		this.api.paid("page-refused");
		browser.await(listener("receipts", "dead-letters"), "1");
		browser.await("#announcer", "Dead letters of receipts: 1");
		assertThat(browser.find(listener("audit", "redrive")).isDisplayed()).isFalse();
		assertThat(browser.find(listener("receipts", "redrive")).getAccessibleName())
			.isEqualTo("Redrive the dead letters of receipts")
			.startsWith(browser.find(listener("receipts", "redrive")).getText());
		browser.click(listener("receipts", "redrive"));
		browser.await("#announcer", "Failed again, dead letters of receipts: 1");
		assertThat(browser.find("#receipts-sent").getText()).isEqualTo("0");
		redrive();
		browser.await("#announcer", "All dead letters of receipts were redriven");
		browser.await("#receipts-sent", "1");
		assertThat(browser.find(listener("receipts", "redrive")).isDisplayed()).isFalse();
		assertThat(browser.script("return document.activeElement.id")).isEqualTo("listeners-card");
		assertThat(browser.consoleErrors()).isEmpty();
	}

	@Test
	void showsHowFarAListenerIsBehind() {
		browser.await(listener("audit", "owner"), "here");
		KvSubscription audit = this.listeners.find("audit").orElseThrow();
		audit.pause();
		try {
			browser.await(listener("audit", "state"), "paused");
			this.api.placed("page-behind", 600);
			Awaitility.await().until(() -> Integer.parseInt(browser.find(listener("audit", "lag")).getText()) >= 2);
		}
		finally {
			audit.resume();
		}
		browser.await(listener("audit", "state"), "running");
		Awaitility.await().until(() -> browser.find(listener("audit", "lag")).getText().equals("0"));
	}

	@Test
	void showsWhatOthersDo() {
		this.api.placed("page-other", 600);
		browser.await(row("page-other") + " .badge", "PENDING");
		this.api.pay("page-other").expectStatus().isOk();
		browser.await(row("page-other") + " .badge", "PAID");
	}

	@Test
	void saysWhatIsWrongAtTheField() {
		Page.place(browser, "page-bad", "0");
		browser.await("#expire-error", "1");
		assertThat(browser.find("#expire").getAttribute("aria-invalid")).isEqualTo("true");
		assertThat(browser.find("#id").getAttribute("aria-invalid")).isEqualTo("false");
		Page.place(browser, " ", "5");
		browser.await("#id-error", "blank");
		assertThat(browser.find("#expire-error").getText()).isEmpty();
		this.api.placed("page-taken", 600);
		Page.place(browser, "page-taken", "5");
		browser.await("#problem", "is pending");
	}

	@Test
	void showsMarkupAsText() {
		String id = "<img src=x onerror=\"document.title='broken in'\">";
		this.api.placed(id, 600);
		browser.await(".order-id", id);
		browser.await("#feed .key", "checkout:" + id);
		assertThat(browser.findAll("#order-list img, #feed img")).isEmpty();
		assertThat(browser.script("return document.title")).isEqualTo("Checkout · kv-events sample");
	}

	private void deleteAll(String prefix) {
		try (Stream<String> keys = this.kv.keys(prefix)) {
			this.kv.batchDelete(keys.toList());
		}
	}

	private void redrive() {
		browser.click("#mail-up");
		Awaitility.await().until(() -> this.api.object("/mail").containsValue(true));
		browser.click(listener("receipts", "redrive"));
		Awaitility.await().until(() -> browser.find(listener("receipts", "dead-letters")).getText().equals("0"));
	}

}
