package io.github.kvevents.sample;

/**
 * Where what is on the page.
 */
final class Page {

	private Page() {
	}

	/** Fills in the form and sends it. */
	static void place(Browser browser, String id, String seconds) {
		browser.fill("#id", id);
		browser.fill("#expire", seconds);
		browser.click("#place .primary");
	}

	/** The row of an order. */
	static String row(String id) {
		return "#order-list [data-id='" + id + "']";
	}

	/** A cell of a listener's row, or the button in it. */
	static String listener(String id, String cell) {
		return "#listeners [data-listener='" + id + "'] ." + cell;
	}

}
