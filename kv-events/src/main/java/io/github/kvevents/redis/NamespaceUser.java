package io.github.kvevents.redis;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;

/**
 * The application that uses a namespace.
 *
 * @param application its name, empty if it has none
 * @param mainClass the name of its main class, empty if that isn't known: then the name
 * alone distinguishes applications
 * @param onPurpose whether the namespace was configured explicitly, not derived from the
 * application name
 */
public record NamespaceUser(String application, String mainClass, boolean onPurpose) {

	public NamespaceUser {
		Assert.notNull(application, "'application' must not be null");
		Assert.notNull(mainClass, "'mainClass' must not be null");
	}

	boolean isSameAs(NamespaceUser other) {
		return this.application.equals(other.application)
				&& (this.mainClass.isEmpty() || other.mainClass.isEmpty() || this.mainClass.equals(other.mainClass));
	}

	/**
	 * Whether it uses the namespace of all applications without a name.
	 */
	boolean isDefault() {
		return this.application.isEmpty() && !this.onPurpose;
	}

	/**
	 * Whether it must not use a namespace that another application has.
	 */
	boolean clashesWith(NamespaceUser first) {
		return !first.isSameAs(this) && (!first.onPurpose() || !this.onPurpose);
	}

	String describe() {
		String name = this.application.isEmpty() ? "an application without a name"
				: "the application '%s'".formatted(KeyText.printable(this.application));
		return this.mainClass.isEmpty() ? name : name + " with main class " + KeyText.printable(this.mainClass);
	}

}
