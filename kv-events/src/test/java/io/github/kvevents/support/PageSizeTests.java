package io.github.kvevents.support;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PageSize}.
 */
class PageSizeTests {

	private final PageSize size = new PageSize(1);

	@Test
	void sharersTakeAPartEach() {
		assertThat(this.size.bytes()).isEqualTo(1 << 20);
		assertThat(new PageSize(4).bytes()).isEqualTo(1 << 18);
		assertThat(new PageSize(10_000).bytes()).isEqualTo(64 << 10);
		assertThatIllegalArgumentException().isThrownBy(() -> new PageSize(0))
			.withMessage("'sharers' must be positive but was 0");
	}

	@Test
	void failuresShrinkItToOneEntryAndSuccessesBringItBack() {
		for (int failure = 0; failure < 4; failure++) {
			assertThat(PageSize.isOneEntry(this.size.bytes())).isFalse();
			this.size.failed();
		}
		assertThat(PageSize.isOneEntry(this.size.bytes())).isTrue();
		assertThat(this.size.count(100)).isEqualTo(1);
		this.size.failed();
		assertThat(this.size.bytes()).isEqualTo(1);
		this.size.succeeded(1, 10);
		assertThat(this.size.bytes()).isEqualTo(64 << 10);
		for (int success = 0; success < 10; success++) {
			this.size.succeeded(1, 10);
		}
		assertThat(this.size.bytes()).isEqualTo(1 << 20);
	}

	@Test
	void countGrowsWhilePagesAreFull() {
		for (int count = 1; count < 512; count *= 2) {
			assertThat(this.size.count(1_000)).isEqualTo(count);
			this.size.succeeded(count, 100L * count);
		}
		assertThat(this.size.count(100)).isEqualTo(100);
	}

	@Test
	void countFollowsTheSizeOfEntries() {
		this.size.succeeded(500, 50_000);
		assertThat(this.size.count(1_000)).isEqualTo(1_000);
		this.size.succeeded(1, 300_000);
		assertThat(this.size.count(1_000)).isEqualTo(3);
		this.size.saw(2 << 20);
		assertThat(this.size.count(1_000)).isEqualTo(1);
		// a large entry is remembered for some pages
		this.size.succeeded(10, 1_000);
		assertThat(this.size.count(1_000)).isEqualTo(1);
		for (int page = 0; page < 12; page++) {
			this.size.succeeded(10, 1_000);
		}
		assertThat(this.size.count(1_000)).isGreaterThan(10);
	}

	@Test
	void aPageWithoutEntriesTellsNothing() {
		this.size.succeeded(8, 800);
		this.size.succeeded(0, 0);
		assertThat(this.size.count(1_000)).isEqualTo(16);
	}

}
