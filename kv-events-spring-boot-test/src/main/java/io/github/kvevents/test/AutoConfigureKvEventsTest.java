package io.github.kvevents.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Adds the {@link KvTestClock} and the {@link RecordedKvEvents} to a test that has a
 * context of its own, usually by {@code @SpringBootTest}, and has it keep its keys in
 * memory. Everything else is as the application configures it.
 * <p>
 * A test whose own properties set {@code kv.events.store}, or where Redis is
 * ({@code spring.data.redis.host}, {@code port} or {@code url}), keeps its keys where
 * these say. In Redis all but the clock works.
 * <p>
 * Each test method begins with the keys, event logs and time that there were before the
 * first one, with an empty change log and without recorded events; keys in Redis are left
 * to the test. Test methods that share a context must not run at the same time.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureKvEventsTest {

}
