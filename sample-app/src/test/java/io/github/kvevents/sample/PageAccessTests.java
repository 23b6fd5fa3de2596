package io.github.kvevents.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;

import static io.github.kvevents.sample.Page.listener;
import static io.github.kvevents.sample.Page.row;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page on phones, by keyboard, and with a screen reader.
 */
@SampleTest
class PageAccessTests {

	private static final int[] WIDTHS = { 320, 390, 1280 };

	private static Browser browser;

	private final Api api;

	private final KvTemplate kv;

	private final String page;

	PageAccessTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @LocalServerPort int port) {
		this.api = new Api(rest);
		this.kv = kv;
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
		for (String prefix : List.of("checkout:", "order:", "receipt:")) {
			try (Stream<String> keys = this.kv.keys(prefix)) {
				this.kv.batchDelete(keys.toList());
			}
		}
		this.api.mail(true);
		browser.viewport(1280, 1000);
		browser.prefer("light");
		browser.open(this.page);
		browser.await("#connection", "live");
	}

	@ParameterizedTest
	@ValueSource(ints = { 390, 320 })
	void fitsOnAPhone(int width) throws IOException {
		makeDeadLetter("phone-" + width);
		browser.viewport(width, 844);
		browser.prefer("dark");
		String id = "page-on-a-phone-with-an-id-that-does-not-fit-in-a-line-of-it";
		Page.place(browser, id, "300");
		browser.await(row(id) + " .badge", "PENDING");
		assertThat(Integer.parseInt(browser.script("return document.documentElement.scrollWidth")))
			.isLessThanOrEqualTo(width);
		for (String control : List.of("#id", "#suggest", "#expire", "#place .primary", row(id) + " .pay", "#mail-up",
				listener("receipts", "redrive"))) {
			assertThat(browser.script("""
					const control = document.querySelector("%s");
					window.scrollTo(0, control.getBoundingClientRect().top + window.scrollY - 300);
					const place = control.getBoundingClientRect();
					return place.left >= 0 && place.right <= innerWidth && control
						=== document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2)"""
				.formatted(control))).as("%s is in reach without scrolling aside", control).isEqualTo("true");
		}
		browser.click(listener("receipts", "redrive"));
		browser.await(listener("receipts", "dead-letters"), "0");
		browser.click(row(id) + " .pay");
		browser.await(row(id) + " .badge", "PAID");
		browser.script("window.scrollTo(0, 0)");
		browser.screenshot(Path.of("target", "page-" + width + ".png"));
	}

	@Test
	void whoPaysStaysInTheRow() {
		this.api.placed("focus-other", 600);
		this.api.placed("focus-paid", 600);
		browser.await(row("focus-paid") + " .badge", "PENDING");
		browser.find(row("focus-paid") + " .pay").sendKeys(Keys.ENTER);
		browser.await(row("focus-paid") + " .badge", "PAID");
		awaitFocus("focus-paid");
		assertThat(browser.find(row("focus-other") + " .badge").getText()).isEqualTo("PENDING");
		this.kv.delete("order:focus-paid");
		awaitFocus("focus-other");
	}

	@Test
	void whoWantsToPayTooLateStaysInTheRow() {
		this.api.placed("focus-late", 3);
		browser.await(row("focus-late") + " .badge", "PENDING");
		browser.script("document.querySelector(\"" + row("focus-late") + " .pay\").focus()");
		// the newest is above all others, and moves them
		this.api.placed("focus-newer", 600);
		browser.await(row("focus-newer") + " .badge", "PENDING");
		assertThat(browser.script("return document.activeElement.className")).isEqualTo("pay");
		browser.await(row("focus-late") + " .badge", "EXPIRED");
		awaitFocus("focus-late");
	}

	@Test
	void theTimeLeftIsReadButNotAnnounced() {
		this.api.placed("time-long", 600);
		this.api.placed("time-short", 64);
		browser.await(row("time-short") + " .badge", "PENDING");
		assertThat(timeLeft("time-long")).isEqualTo("10 minutes left to pay");
		assertThat(timeLeft("time-short")).isEqualTo("65 seconds left to pay");
		assertThat(browser.find(row("time-short") + " .clock").getAttribute("aria-hidden")).isEqualTo("true");
		assertThat(browser.findAll("[aria-live] .time-left, [role='status'] .time-left, [role='timer'] .time-left, "
				+ "[role='alert'] .time-left, [role='log'] .time-left, [aria-hidden='true'] .time-left"))
			.isEmpty();
		countChanges(row("time-short") + " .time-left", "timeChanges");
		String before = browser.find(row("time-short") + " .clock").getText();
		Awaitility.await()
			.until(() -> seconds(before) - seconds(browser.find(row("time-short") + " .clock").getText()) > 4);
		assertThat(browser.script("return timeChanges.length <= 2")).isEqualTo("true");
	}

	@Test
	void whatExpiresInOneMomentIsAnnouncedOnce() {
		for (int number = 1; number <= 5; number++) {
			this.api.placed("moment-" + number, 2);
		}
		browser.await(row("moment-5") + " .badge", "PENDING");
		countChanges("#announcer", "announced");
		for (int number = 1; number <= 5; number++) {
			browser.await(row("moment-" + number) + " .badge", "EXPIRED");
		}
		browser.await("#announcer", "5 orders are expired: ");
		for (int number = 1; number <= 5; number++) {
			browser.await("#announcer", "moment-" + number);
		}
		assertThat(browser.script("return announced.length")).isEqualTo("1");
	}

	@Test
	void axeFindsNothing() throws IOException {
		makeDeadLetter("axe-paid");
		this.api.placed("axe-pending", 600);
		this.api.placed("axe-expired", 1);
		browser.await(row("axe-expired") + " .badge", "EXPIRED");
		browser.await("#hooks th", "order-expiry");
		Page.place(browser, "axe-pending", "5");
		browser.await("#problem", "is pending");
		Page.place(browser, " ", "0");
		browser.await("#id-error", "blank");
		List<String> found = new ArrayList<>();
		for (String scheme : List.of("light", "dark")) {
			browser.prefer(scheme);
			for (int width : WIDTHS) {
				browser.viewport(width, 900);
				browser.violations().forEach((violation) -> found.add(scheme + " " + width + " " + violation));
			}
		}
		assertThat(found).isEmpty();
	}

	private void makeDeadLetter(String id) {
		this.api.mail(false);
		this.api.paid(id);
		browser.await(listener("receipts", "dead-letters"), "1");
		this.api.mail(true);
	}

	private static void awaitFocus(String order) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(
					browser.script("return document.activeElement.className + ' ' + document.activeElement.dataset.id"))
				.isEqualTo("order " + order));
	}

	private static String timeLeft(String order) {
		return Objects.requireNonNull(browser.find(row(order) + " .time-left").getAttribute("textContent"));
	}

	private static double seconds(String clock) {
		return Double.parseDouble(clock.replace(" s", ""));
	}

	private static void countChanges(String css, String variable) {
		browser.script("""
				window.%1$s = [];
				new MutationObserver(() => %1$s.push(document.querySelector("%2$s").textContent))
					.observe(document.querySelector("%2$s"), { childList: true, characterData: true, subtree: true })"""
			.formatted(variable, css));
	}

}
