package io.github.kvevents.docs;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * The application of the tests that need one. It scans nothing.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class ShopApplication {

}
