package io.github.kvevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

import org.springframework.core.io.ClassPathResource;

/**
 * A headless Chromium, as Debian packages it. The binaries are named, or Selenium would
 * look for a download.
 */
final class Browser implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(Browser.class);

	private static final File CHROMIUM = new File("/usr/bin/chromium");

	private static final File DRIVER = new File("/usr/bin/chromedriver");

	private final ChromeDriver driver;

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	/** Starts it, or skips the test where there is none. */
	static Browser startOrSkip() {
		if (!CHROMIUM.canExecute() || !DRIVER.canExecute()) {
			String message = "THE PAGE IS NOT TESTED: there is no " + CHROMIUM + " with " + DRIVER
					+ " (on Debian: apt-get install chromium chromium-driver)";
			logger.warn(message);
			Assumptions.abort(message);
		}
		ChromeOptions options = new ChromeOptions().setBinary(CHROMIUM)
			.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
					"--disable-background-networking", "--no-first-run", "--hide-scrollbars");
		ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(DRIVER).build();
		return new Browser(new ChromeDriver(service, options));
	}

	void open(String url) {
		this.driver.get(url);
	}

	/**
	 * The size of what shows the page. Not that of the window, which can't be narrower
	 * than 500.
	 */
	void viewport(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
	}

	void prefer(String colorScheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colorScheme))));
	}

	WebElement find(String css) {
		return this.driver.findElement(By.cssSelector(css));
	}

	List<WebElement> findAll(String css) {
		return this.driver.findElements(By.cssSelector(css));
	}

	void fill(String css, String text) {
		find(css).clear();
		find(css).sendKeys(text);
	}

	void click(String css) {
		find(css).click();
	}

	/** Waits until an element with this text in it is shown. */
	void await(String css, String text) {
		new WebDriverWait(this.driver, Duration.ofSeconds(60)).ignoring(StaleElementReferenceException.class)
			.withMessage(() -> "No '" + css + "' with '" + text + "' in:\n" + find("body").getText())
			.until((ignored) -> findAll(css).stream()
				.anyMatch((element) -> element.isDisplayed() && element.getText().contains(text)));
	}

	String script(String script) {
		return String.valueOf(this.driver.executeScript(script));
	}

	/**
	 * What axe-core finds wrong, the size of what one has to hit included.
	 * @return the rules that are broken, each with where
	 */
	List<String> violations() throws IOException {
		this.driver.executeScript(new ClassPathResource("axe.min.js").getContentAsString(StandardCharsets.UTF_8));
		Object found = this.driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				axe.run(document, { rules: { 'target-size': { enabled: true } } }).then(
					(results) => done(results.violations.map((violation) => violation.id + ': '
						+ violation.nodes.map((node) => node.target + ' ' + node.failureSummary).join('; '))),
					(error) => done([String(error)]));
				""");
		return ((List<?>) found).stream().map(String::valueOf).toList();
	}

	/**
	 * Errors that the page wrote to its console, broken rules of its policy among them.
	 */
	List<String> consoleErrors() {
		return this.driver.manage().logs().get("browser").getAll().stream().map(String::valueOf).toList();
	}

	void screenshot(Path file) throws IOException {
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.write(file, this.driver.getScreenshotAs(OutputType.BYTES));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
