package io.github.kvevents.actuate;

import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.util.Assert;

/**
 * What the console shows, and what it permits.
 *
 * @param instance the id of this instance
 * @param path the last segment of the console's path, which the page refers to; asked
 * with each request of the page
 * @param writable the parts whose actions are permitted: {@code hooks}, {@code listeners}
 * @param showKeys when to show keys
 * @param showValues when to show values and the messages of errors
 * @param roles one of which a user has who is authorized; if there are none, any user is
 */
public record KvConsoleSettings(String instance, Supplier<String> path, Set<String> writable, Show showKeys,
		Show showValues, Set<String> roles) {

	public KvConsoleSettings {
		Assert.notNull(instance, "'instance' must not be null");
		Assert.notNull(path, "'path' must not be null");
		Assert.notNull(showKeys, "'showKeys' must not be null");
		Assert.notNull(showValues, "'showValues' must not be null");
		writable = Set.copyOf(writable);
		roles = Set.copyOf(roles);
	}

	boolean showsKeys(SecurityContext user) {
		return this.showKeys.isShown(user, this.roles);
	}

	boolean showsValues(SecurityContext user) {
		return this.showValues.isShown(user, this.roles);
	}

	Collection<String> writableParts(Collection<String> parts) {
		return parts.stream().filter(this.writable::contains).toList();
	}

}
