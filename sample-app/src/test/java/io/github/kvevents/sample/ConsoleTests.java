package io.github.kvevents.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;

import static io.github.kvevents.sample.Console.action;
import static io.github.kvevents.sample.Console.cell;
import static io.github.kvevents.sample.Console.row;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console in a browser.
 */
@SampleTest
class ConsoleTests {

	private static final List<String> PARTS = List.of("hooks", "listeners", "letters", "expiry", "changes", "doctor");

	private static final byte[] COPY = """
			local fields = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][2]
			for copy = 1, tonumber(ARGV[1]) do
				redis.call('XADD', KEYS[1], '*', unpack(fields))
			end
			return redis.status_reply('OK')""".getBytes(StandardCharsets.UTF_8);

	private static Browser browser;

	private final Api api;

	private final KvTemplate kv;

	private final KvHookRegistry hooks;

	private final KvListenerRegistry listeners;

	private final RedisConnectionFactory redis;

	private final Console console;

	ConsoleTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @Autowired KvHookRegistry hooks,
			@Autowired KvListenerRegistry listeners, @Autowired RedisConnectionFactory redis,
			@LocalServerPort int port) {
		this.api = new Api(rest);
		this.kv = kv;
		this.hooks = hooks;
		this.listeners = listeners;
		this.redis = redis;
		this.console = new Console(browser, port);
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
	void clear() {
		receipts().getDeadLetters().discardAll(Integer.MAX_VALUE);
		for (String prefix : List.of("checkout:", "order:", "receipt:")) {
			try (Stream<String> keys = this.kv.keys(prefix)) {
				this.kv.batchDelete(keys.toList());
			}
		}
		browser.viewport(1280, 860);
		browser.prefer("light");
	}

	private KvSubscription receipts() {
		return this.listeners.find("receipts").orElseThrow();
	}

	private void makeDeadLetters(String... ids) {
		this.api.mail(false);
		for (String id : ids) {
			this.api.paid(id);
		}
		Awaitility.await().until(() -> receipts().getDeadLetters().count() == ids.length);
		this.api.mail(true);
	}

	@Test
	void everyPartIsAccessibleAndFits() throws IOException {
		makeDeadLetters("marker-4711-a", "marker-4711-b");
		expire(12);
		this.console.open("changes");
		expire(3);
		browser.await("#changes-rows .key", "hidden · ");
		List<String> found = new ArrayList<>();
		for (String part : PARTS) {
			this.console.show(part);
			look(part, "light", 1280, found);
			look(part, "dark", 320, found);
			browser.prefer("dark");
			browser.viewport(1280, 860);
			browser.screenshot(Path.of("target", "console-" + part + "-dark.png"));
			assertThat(browser.script("return document.documentElement.outerHTML"))
				.as("%s shows nothing of a key", part)
				.doesNotContain("4711");
		}
		assertThat(found).isEmpty();
		assertThat(browser.consoleErrors()).isEmpty();
	}

	/** Lets keys expire at about the same moment. */
	private void expire(int count) {
		for (int number = 0; number < count; number++) {
			this.api.placed("marker-4711-" + count + "-" + number, 1);
		}
		for (int number = 0; number < count; number++) {
			this.api.awaitStatus("marker-4711-" + count + "-" + number, "EXPIRED");
		}
	}

	private void look(String part, String scheme, int width, List<String> found) throws IOException {
		browser.prefer(scheme);
		browser.viewport(width, 860);
		browser.violations().forEach((violation) -> found.add(part + " " + scheme + " " + width + " " + violation));
		assertThat(Integer.parseInt(browser.script("return document.documentElement.scrollWidth")))
			.as("%s at %d", part, width)
			.isLessThanOrEqualTo(width);
		browser.screenshot(Path.of("target", "console-" + part + "-" + scheme + "-" + width + ".png"));
	}

	@Test
	void worksByKeyboardAndKeepsTheFocus() {
		makeDeadLetters("keys-1", "keys-2", "keys-3");
		this.console.open("hooks");
		browser.await(row("hooks", "order-expiry") + " th", "order-expiry");
		String toggle = action("hooks", "order-expiry", "enabled");
		assertThat(browser.find(toggle).getAccessibleName()).isEqualTo("order-expiry is enabled");
		try {
			this.console.press(toggle, Keys.SPACE);
			browser.await("#announcer", "order-expiry is disabled");
			assertThat(hook("order-expiry").isEnabled()).isFalse();
			assertThat(browser.find(toggle).getAttribute("aria-checked")).isEqualTo("false");
			assertThat(this.console.focused()).isEqualTo("enabled order-expiry");
			assertThat(hook("live").isEnabled()).isTrue();
		}
		finally {
			hook("order-expiry").setEnabled(true);
		}
		this.console.show("listeners");
		assertThat(this.console.focused()).isEqualTo("listeners-title");
		this.console.press(action("listeners", "audit", "pause"), Keys.ENTER);
		browser.await(cell("listeners", "audit", "state"), "paused");
		this.console.press(action("listeners", "audit", "seek"), Keys.ENTER);
		assertThat(this.console.focused()).isEqualTo("dialog-input");
		browser.fill("#dialog-input", "nowhere");
		browser.find("#dialog-input").sendKeys(Keys.ENTER);
		browser.await("#problem", "nowhere");
		assertThat(this.console.focused()).isEqualTo("seek audit");
		this.console.press(action("listeners", "audit", "resume"), Keys.ENTER);
		browser.await(cell("listeners", "audit", "state"), "running");
		settlesLetters();
		assertThat(browser.consoleErrors()).noneMatch((error) -> error.contains("Content Security Policy"));
	}

	private void settlesLetters() {
		browser.click(cell("listeners", "receipts", "letters"));
		browser.await("#letters-count", "3 dead letters");
		String first = letter(0);
		String second = letter(1);
		this.console.press(action("letters", first, "discard"), Keys.ENTER);
		assertThat(this.console.focused()).isEqualTo("dialog-cancel");
		browser.find("#dialog-cancel").sendKeys(Keys.ESCAPE);
		assertThat(this.console.focused()).isEqualTo("discard " + first);
		assertThat(receipts().getDeadLetters().count()).isEqualTo(3);
		this.console.press(action("letters", first, "discard"), Keys.ENTER);
		browser.find("#dialog-ok").sendKeys(Keys.ENTER);
		browser.await("#letters-count", "2 dead letters");
		Awaitility.await().untilAsserted(() -> assertThat(this.console.focused()).isEqualTo("discard " + second));
		assertThat(receipts().getDeadLetters().list(9)).extracting((letter) -> letter.id())
			.hasSize(2)
			.doesNotContain(first);
		this.console.press(action("letters", second, "redrive"), Keys.ENTER);
		browser.await("#letters-count", "1 dead letter ");
		browser.click("#redrive-all");
		browser.find("#dialog-ok").sendKeys(Keys.ENTER);
		browser.await("#letters-rows", "No dead letter");
		Awaitility.await().untilAsserted(() -> assertThat(this.console.focused()).isEqualTo("letters-title"));
		assertThat(this.api.number("/mail", "sent")).isGreaterThanOrEqualTo(2);
	}

	private String letter(int index) {
		return String.valueOf(browser.findAll("#letters-rows tr").get(index).getAttribute("data-key"));
	}

	private KvHookRegistration hook(String id) {
		return this.hooks.find(id).orElseThrow();
	}

	@Test
	void staysQuickWithVeryMany() {
		List<Runnable> removals = new ArrayList<>();
		KvHookOptions none = KvHookOptions.defaults().filter(KeyFilter.prefix("none:"));
		IntStream.range(0, 10_000)
			.mapToObj((number) -> this.hooks.register(none.id("many-" + number), ConsoleTests::ignore))
			.forEach((hook) -> removals.add(hook::close));
		ListenerOptions nothing = ListenerOptions.defaults().filter(KeyFilter.prefix("none:"));
		IntStream.range(0, 200)
			.mapToObj((number) -> this.listeners.register("many-" + number, nothing, ConsoleTests::ignore))
			.forEach((listener) -> removals.add(listener::remove));
		try {
			makeDeadLetters("many");
			copyLetter(100_000);
			this.console.open("hooks");
			watchForFreezes();
			browser.await("#hooks-pager", "1 to 50 of 10,0");
			assertThat(browser.findAll("#hooks-rows tr")).hasSize(50);
			browser.find("#hooks-query").sendKeys("many-9999");
			browser.await(row("hooks", "many-9999") + " th", "many-9999");
			Awaitility.await().until(() -> browser.findAll("#hooks-rows tr").size() == 1);
			this.console.show("listeners");
			browser.await("#listeners-pager", "1 to 20 of 202");
			browser.click("#listeners-pager button:last-of-type");
			browser.await("#listeners-pager", "21 to 40 of 202");
			this.console.show("letters");
			browser.find("#letters-listener").sendKeys("receipts");
			browser.await("#letters-count", "100,001 dead letters");
			String first = letter(0);
			browser.click("#letters-pager button:last-of-type");
			browser.await("#letters-count", "page 2");
			assertThat(browser.findAll("#letters-rows tr")).hasSize(50);
			assertThat(letter(0)).isNotEqualTo(first);
			browser.click("#discard-all");
			browser.find("#dialog-ok").sendKeys(Keys.ENTER);
			browser.await("#letters-rows", "No dead letter");
			assertThat(receipts().getDeadLetters().count()).isZero();
			assertThat(longestFreezeMillis()).isLessThan(3_000);
		}
		finally {
			removals.forEach(Runnable::run);
		}
	}

	private static void ignore(KvEvent event) {
	}

	/** Measures for how long the page could not do anything else. */
	private static void watchForFreezes() {
		browser.script("""
				window.longest = 0;
				let last = performance.now();
				setInterval(() => {
					longest = Math.max(longest, performance.now() - last);
					last = performance.now();
				}, 20)""");
	}

	private static double longestFreezeMillis() {
		return Double.parseDouble(browser.script("return longest"));
	}

	/** As if as many events had failed. */
	private void copyLetter(int times) {
		int atOnce = 1_000;
		try (RedisConnection connection = this.redis.getConnection();
				Cursor<byte[]> streams = connection.keyCommands()
					.scan(ScanOptions.scanOptions().match("*:dead:receipts").type("stream").build())) {
			byte[] stream = streams.next();
			for (int copied = 0; copied < times; copied += atOnce) {
				connection.scriptingCommands()
					.eval(COPY, ReturnType.STATUS, 1, stream, String.valueOf(atOnce).getBytes(StandardCharsets.UTF_8));
			}
		}
	}

}
