package io.github.kvevents;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
					"^ab{0,2}; a", "^a|b; ''", "^a\\.b; a.b", "^a\\d; a", "^a$; a", "^\\Qa.b\\E; ''", "^[a|b]c; ''",
					"(?i)^order; ''", "^a\\|b; a|b", "^a[|]b; a", "^a[]|]; a", "^a[^]|]|b; ''", "^a(?i)b; a",
					"^a(?i:b); a", "^(?i)a; ''", "^(?i:a)|^b; ''", "^a(?P<n>b)|^c; ''", "^(a|b*); ''", "^(a|b)*; ''",
					"^(a|); ''" })
	void literalPrefixOfARegexIsTheHint(String regex, String prefix) {
		KeyHint hint = KeyFilter.regex(regex).hint();
		assertThat(hint)
			.isEqualTo(prefix.isEmpty() ? KeyHint.anyKey() : new KeyHint(false, Set.of(), Set.of(prefix), Set.of()));
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			value = { "^order|^item; order item", "^a(b|c); ab ac", "^(order|cart):; order cart",
					"^(?:a|b(?:c|d[|)]))e; a bc bd", "^a[|]x|^b; a b", "^a(b|c?)d; a ab", "^x(a|b)+; xa xb",
					"^a([[:alpha:]|)]|b); a ab", "^[a]|^b; -", "^(a|^b); -" })
	void literalPrefixesOfAlternativesAreTheHint(String regex, String prefixes) {
		assertThat(KeyFilter.regex(regex).hint()).isEqualTo(prefixes.equals("-") ? KeyHint.anyKey()
				: new KeyHint(false, Set.of(), Set.of(prefixes.split(" ")), Set.of()));
	}

	/**
	 * What the index finds by prefixes is what the expression finds.
	 */
	@Test
	void hintLeavesOutNoKeyThatARegexMatches() {
		Random random = new Random(20261129);
		int hinted = 0;
		int matched = 0;
		for (int round = 0; round < 2000; round++) {
			String regex = "^" + regex(random, 3) + (random.nextInt(3) == 0 ? "|^" + regex(random, 2) : "");
			KeyFilter filter = KeyFilter.regex(regex);
			Pattern pattern = Pattern.compile(regex.replace("[[:alpha:]|)]", "[a-zA-Z|)]").replace("(?P<", "(?<"));
			hinted += filter.hint().any() ? 0 : 1;
			for (int tries = 0; tries < 40; tries++) {
				String key = key(random);
				boolean matches = pattern.matcher(key).find();
				assertThat(filter.matches(key)).as("%s of %s", regex, key).isEqualTo(matches);
				matched += matches ? 1 : 0;
				assertThat(!matches || filter.hint().mayMatch(key)).as("%s of %s: %s", regex, key, filter.hint())
					.isTrue();
			}
		}
		assertThat(hinted).isGreaterThan(300);
		assertThat(matched).isGreaterThan(3000);
	}

	private static String regex(Random random, int depth) {
		StringBuilder regex = new StringBuilder();
		for (int part = random.nextInt(3); part >= 0; part--) {
			String atom = switch (random.nextInt((depth > 0) ? 12 : 9)) {
				case 0 -> "[ab]";
				case 1 -> "[|)]";
				case 2 -> "[]|a]";
				case 3 -> "\\|";
				case 4 -> "[^(a]";
				case 5 -> "[[:alpha:]|)]";
				case 6, 7, 8 -> String.valueOf("abc".charAt(random.nextInt(3)));
				case 9 -> "(" + regex(random, depth - 1) + ")";
				case 10 -> "(?:" + regex(random, depth - 1) + "|" + regex(random, depth - 1) + ")";
				default -> "(" + regex(random, depth - 1) + "|" + (random.nextInt(4) == 0 ? "" : "a") + ")";
			};
			regex.append(atom).append(switch (random.nextInt(10)) {
				case 0 -> "?";
				case 1 -> "*";
				case 2 -> "+";
				case 3 -> "{0,2}";
				default -> "";
			});
		}
		return regex.toString();
	}

	private static String key(Random random) {
		return random.ints(1 + random.nextInt(5), 0, 7)
			.mapToObj((index) -> String.valueOf("abc|)](".charAt(index)))
			.collect(Collectors.joining());
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
