package io.github.kvevents.sample;

import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The console of the application, in a browser.
 */
final class Console {

	private final Browser browser;

	private final String url;

	Console(Browser browser, int port) {
		this.browser = browser;
		this.url = "http://localhost:" + port + "/actuator/kvconsole";
	}

	/**
	 * Opens the console anew, at one of its parts, and waits until its figures are there.
	 */
	void open(String part) {
		this.browser.open("about:blank");
		this.browser.open(this.url + "#" + part);
		this.browser.await("#fresh-text", part.equals("doctor") ? "as of" : "live");
	}

	/** Goes to another part, as a user does. */
	void show(String part) {
		this.browser.click("[data-part='" + part + "']");
		this.browser.await("#" + part + "-title", "");
		this.browser.await("#fresh-text", part.equals("doctor") ? "as of" : "live");
	}

	/** The row of a hook, listener or letter in the table of its part. */
	static String row(String part, String id) {
		return "#" + part + "-rows tr[data-key='" + id + "']";
	}

	/** A cell of that row. */
	static String cell(String part, String id, String name) {
		return row(part, id) + " [data-cell='" + name + "']";
	}

	/** A button of that row. */
	static String action(String part, String id, String name) {
		return row(part, id) + " [data-action='" + name + "']";
	}

	/** Presses a key where the element is, without a mouse. */
	void press(String css, Keys key) {
		WebElement element = this.browser.find(css);
		this.browser.script("document.querySelector(\"" + css + "\").focus()");
		element.sendKeys(key);
	}

	String focused() {
		return this.browser.script("const it = document.activeElement;"
				+ "return it.id || it.dataset.action + ' ' + it.closest('tr')?.dataset.key");
	}

}
