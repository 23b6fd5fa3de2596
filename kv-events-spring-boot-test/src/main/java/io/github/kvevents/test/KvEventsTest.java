package io.github.kvevents.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of hooks, guards and listeners alone: on a store in memory, without Redis and
 * without waiting. Its context has a {@link io.github.kvevents.core.KvTemplate}, the
 * {@link KvTestClock}, the {@link RecordedKvEvents}, and these beans of the application:
 * <ul>
 * <li>the {@link #classes() named classes}, whether or not a component scan would find
 * them</li>
 * <li>if none is named, each component that has a method with {@code @KvHook},
 * {@code @KvGuard} or {@code @KvListener}, or an annotation made of these</li>
 * </ul>
 * What they need besides is declared with {@code @Import} or replaced with
 * {@code @MockitoBean}. Other auto-configuration is off, and so is caching.
 * <p>
 * With named classes there need not be a {@code @SpringBootConfiguration}. The change log
 * is on unless the application's properties say otherwise, so that listeners work. Each
 * test method begins with the keys, event logs and time that there were before the first
 * one, with an empty change log and without recorded events; test methods that share a
 * context must not run at the same time.
 * <p>
 * A test whose own properties set {@code kv.events.store=redis}, or where Redis is
 * ({@code spring.data.redis.host}, {@code port} or {@code url}), uses that Redis: all but
 * the clock works there.
 *
 * <pre class="code">
 * &#064;KvEventsTest(CheckoutHooks.class)
 * class CheckoutHooksTests {
 *
 *     &#064;Autowired KvTemplate template;
 *     &#064;Autowired KvTestClock clock;
 *     &#064;Autowired RecordedKvEvents events;
 *
 *     &#064;Test
 *     void unpaidOrderIsCancelled() {
 *         this.template.set("checkout:1", order, Duration.ofMinutes(15));
 *         this.clock.advance(Duration.ofMinutes(15));
 *         assertThat(this.events).expired("checkout:1").hasValue(order).once();
 *     }
 *
 * }
 * </pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(KvEventsTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(KvEventsTypeExcludeFilter.class)
@AutoConfigureKvEventsTest
@ImportAutoConfiguration
public @interface KvEventsTest {

	/**
	 * The same as {@link #classes()}.
	 * @return the classes
	 */
	@AliasFor("classes")
	Class<?>[] value() default {};

	/**
	 * Classes with hooks, guards and listeners, and others that are to be beans of the
	 * test. Those of which the application declares a bean are not declared again.
	 * @return the classes; if there are none, the components of the application that have
	 * hooks, guards or listeners
	 */
	@AliasFor("value")
	Class<?>[] classes() default {};

	/**
	 * Properties in the form {@literal key=value} that are added to the environment.
	 * @return the properties
	 */
	String[] properties() default {};

	/**
	 * Whether the components that were named above are included.
	 * @return {@code false} to include only those of {@link #includeFilters()}
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Filters for further components of the application.
	 * @return the filters
	 */
	Filter[] includeFilters() default {};

	/**
	 * Filters for components that are left out.
	 * @return the filters
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configuration that is left out.
	 * @return the classes
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
