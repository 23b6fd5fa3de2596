package io.github.kvevents.hook;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What registers a {@code ThreadLocalAccessor} with Micrometer's context propagation, as
 * Spring Security does, is there on the thread of a hook, and gone after it. Other
 * {@code ThreadLocal}s are not.
 */
class SecurityContextTests {

	private static final ThreadLocal<String> OTHER = new ThreadLocal<>();

	private final HookEngine engine = HookEngine.builder().build();

	private final MapStore store = new MapStore(this.engine);

	@AfterEach
	void clear() {
		SecurityContextHolder.clearContext();
		OTHER.remove();
		this.engine.stop();
	}

	static Stream<KvHookOptions> hooksOnThreadsOfTheirOwn() {
		return Stream.of(KvHookOptions.defaults().async(), KvHookOptions.defaults().timeout(Duration.ofSeconds(30)));
	}

	@ParameterizedTest
	@MethodSource("hooksOnThreadsOfTheirOwn")
	void securityContextOfTheCallerIsThereAndNoOtherThreadLocal(KvHookOptions options) throws InterruptedException {
		BlockingQueue<String> seen = new LinkedBlockingQueue<>();
		this.engine.getRegistry().register(options, (event) -> {
			Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
			seen.add(((authentication != null) ? authentication.getName() : "nobody") + ", " + OTHER.get());
		});
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("ada", "secret"));
		OTHER.set("other");
		this.store.set("k", "v");
		assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("ada, null");
		SecurityContextHolder.clearContext();
		this.store.set("k", "w");
		assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("nobody, null");
	}

}
