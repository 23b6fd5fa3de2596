package io.github.kvevents.annotation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.util.StringUtils;

import io.github.kvevents.KeyFilter;

/**
 * Makes one filter of the attributes that choose keys: any element within an attribute,
 * all attributes together.
 */
final class KeyFilterReader {

	private final DefinitionSite site;

	private @Nullable KeyFilter filter;

	private List<String> keys = List.of();

	private KeyFilterReader(DefinitionSite site) {
		this.site = site;
	}

	static @Nullable KeyFilter read(DefinitionSite site, String[] prefix, String[] suffix, String[] keys, String regex,
			String filterBean) {
		KeyFilterReader reader = new KeyFilterReader(site);
		reader.affixes(prefix, suffix, keys);
		reader.regex(regex);
		reader.checkKeys();
		reader.bean(filterBean);
		return reader.filter;
	}

	private void affixes(String[] prefix, String[] suffix, String[] exact) {
		List<String> prefixes = resolved("prefix", prefix);
		if (!prefixes.isEmpty()) {
			add(KeyFilter.prefix(prefixes.toArray(String[]::new)));
		}
		List<String> suffixes = resolved("suffix", suffix);
		if (!suffixes.isEmpty()) {
			add(KeyFilter.suffix(suffixes.toArray(String[]::new)));
		}
		this.keys = resolved("keys", exact);
		if (!this.keys.isEmpty()) {
			add(KeyFilter.keys(this.keys));
		}
	}

	private void regex(String attribute) {
		if (attribute.isEmpty()) {
			return;
		}
		String regex = this.site.resolve("regex", attribute);
		try {
			add(KeyFilter.regex(regex));
		}
		catch (IllegalArgumentException ex) {
			throw this.site.error("regex", String.valueOf(ex.getMessage()),
					"Correct the expression; RE2 knows no look-around and no back-references", ex);
		}
	}

	/**
	 * Keys that another attribute excludes never match.
	 */
	private void checkKeys() {
		KeyFilter combined = this.filter;
		if (combined != null && !this.keys.isEmpty() && this.keys.stream().noneMatch(combined::matches)) {
			throw this.site.error("keys",
					Arrays.toString(this.keys.toArray()) + " are excluded by the other attributes",
					"All attributes that choose keys must match: remove one of them");
		}
	}

	private void bean(String attribute) {
		if (attribute.isEmpty()) {
			return;
		}
		String name = this.site.resolve("filter", attribute);
		try {
			add(this.site.beanFactory().getBean(name, KeyFilter.class));
		}
		catch (BeanNotOfRequiredTypeException ex) {
			throw this.site.error("filter",
					"bean '" + name + "' is a " + ex.getActualType().getName() + " and no KeyFilter",
					"Name a bean of type " + KeyFilter.class.getName(), ex);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw this.site.error("filter", "there is no bean '" + name + "'",
					"Declare a bean of type " + KeyFilter.class.getName() + " with this name", ex);
		}
	}

	private List<String> resolved(String attribute, String[] elements) {
		List<String> resolved = new ArrayList<>(elements.length);
		for (String element : elements) {
			String text = this.site.resolve(attribute, element);
			if (!StringUtils.hasText(text)) {
				throw this.site.error(attribute, "'" + element + "' is blank",
						"Remove the element: without any, the attribute fits all keys");
			}
			if (text.contains("*")) {
				this.site.warn(attribute, "'" + text + "' has a '*', which stands for itself",
						"'prefix' and 'suffix' match the begin and the end of a key without one; for a pattern use 'regex'");
			}
			resolved.add(text);
		}
		return resolved;
	}

	private void add(KeyFilter other) {
		this.filter = (this.filter != null) ? this.filter.and(other) : other;
	}

}
