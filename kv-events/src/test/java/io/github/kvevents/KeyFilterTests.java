package io.github.kvevents;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KeyFilterTests {

	@Test
	void prefixSuffixAndKeys() {
		assertThat(KeyFilter.prefix("a:", "b:").matches("b:1")).isTrue();
		assertThat(KeyFilter.prefix("a:", "b:").matches("xb:1")).isFalse();
		assertThat(KeyFilter.suffix(":x", ":y").matches("1:y")).isTrue();
		assertThat(KeyFilter.suffix(":x", ":y").matches(":y1")).isFalse();
		assertThat(KeyFilter.keys(List.of("a", "b")).matches("b")).isTrue();
		assertThat(KeyFilter.keys(List.of("a", "b")).matches("bb")).isFalse();
	}

	@Test
	void combinations() {
		KeyFilter both = KeyFilter.prefix("a").and(KeyFilter.suffix("z"));
		assertThat(both.matches("a-z")).isTrue();
		assertThat(both.matches("a-y")).isFalse();
		KeyFilter either = KeyFilter.prefix("a").or((key) -> key.length() == 1);
		assertThat(either.matches("q")).isTrue();
		assertThat(either.matches("qq")).isFalse();
		assertThat(KeyFilter.prefix("a").negate().matches("a")).isFalse();
		assertThat(KeyFilter.prefix("a").negate().matches("b")).isTrue();
	}

	@Test
	void regexIsFoundAnywhere() {
		assertThat(KeyFilter.regex("[0-9]{3}").matches("order:123:x")).isTrue();
		assertThat(KeyFilter.regex("[0-9]{3}$").matches("order:123:x")).isFalse();
		assertThat(KeyFilter.regex("^order:").matches("an order:")).isFalse();
	}

	@Test
	@Timeout(30)
	void regexIsLinearOnHostileKeys() {
		assertThat(KeyFilter.regex("(a+)+$").matches("a".repeat(50_000) + "b")).isFalse();
	}

	@Test
	void badInputIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyFilter.regex("a(?=b)"))
			.withMessageStartingWith("'regex' must be a valid RE2 expression but was 'a(?=b)': ");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyFilter.prefix())
			.withMessage("'prefixes' must have at least one element");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyFilter.suffix("a", ""))
			.withMessage("'suffixes' must not have an element that is null or empty");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyFilter.keys(Set.of()))
			.withMessage("'keys' must have at least one element");
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', nullValues = "-",
			value = { "^order:; order:", "^order:[0-9]+; order:", "order:; ''", "^ab?c; a", "^ab*; a", "^ab+; ab",
					"^ab{0,2}; a", "^a|b; ''", "^a(b|c); a", "^a\\.b; a.b", "^a\\d; a", "^a$; a", "^\\Qa.b\\E; ''",
					"^[a|b]c; ''", "(?i)^order; ''", "^order|^item; ''", "^a\\|b; a|b" })
	void literalPrefixOfARegexIsTheHint(String regex, String prefix) {
		KeyHint hint = KeyFilter.regex(regex).hint();
		assertThat(hint)
			.isEqualTo(prefix.isEmpty() ? KeyHint.anyKey() : new KeyHint(false, Set.of(), Set.of(prefix), Set.of()));
	}

	@Test
	void hintsOfCombinations() {
		KeyFilter shorter = KeyFilter.prefix("a");
		KeyFilter longer = KeyFilter.suffix(":end");
		KeyFilter exact = KeyFilter.keys(List.of("k"));
		assertThat(shorter.and(longer).hint()).isEqualTo(longer.hint());
		assertThat(longer.and(exact).hint()).isEqualTo(exact.hint());
		assertThat(longer.and((key) -> true).hint()).isEqualTo(longer.hint());
		assertThat(shorter.or(exact).hint()).isEqualTo(new KeyHint(false, Set.of("k"), Set.of("a"), Set.of()));
		assertThat(shorter.or((key) -> true).hint()).isEqualTo(KeyHint.anyKey());
		assertThat(shorter.negate().hint()).isEqualTo(KeyHint.anyKey());
	}

	@Test
	void descriptionNamesPatternsAndCountsKeys() {
		assertThat(KeyFilter.prefix("b:", "a\n").and(KeyFilter.keys(List.of("mine", "yours"))))
			.hasToString("(prefix 'a\\u000a', 'b:' and keys (2))");
		assertThat(KeyFilter.regex("^x").negate()).hasToString("not regex '^x'");
	}

}
