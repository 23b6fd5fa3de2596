package io.github.kvevents.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * The properties of the endpoint {@code kvlisteners} beside those that each endpoint has.
 *
 * @param showKeys When to show the keys of dead letters and the messages of their errors.
 * @param roles Roles one of which a user has who is authorized to see them. When empty,
 * all authenticated users are.
 */
@ConfigurationProperties("management.endpoint.kvlisteners")
record KvListenersEndpointProperties(@DefaultValue("never") Show showKeys, @DefaultValue Set<String> roles) {

	KvListenersEndpointProperties {
		roles = roles.stream().filter(StringUtils::hasText).collect(Collectors.toUnmodifiableSet());
	}

}
