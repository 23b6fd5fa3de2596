package io.github.kvevents.test.app;

import java.time.Clock;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * An application with the components of {@link Shop}, which are not its member classes:
 * those would be beans without a scan.
 */
@SpringBootApplication
public class ShopApplication {

	@Bean
	Clock clock() {
		return Clock.systemUTC();
	}

	@Bean
	Shop.DeclaredHooks declaredHooks() {
		return new Shop.DeclaredHooks();
	}

}
