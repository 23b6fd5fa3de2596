package io.github.kvevents.hook;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * {@link HookRegistry}: what several threads register and close at the same time.
 */
@Timeout(30)
class HookRegistryTests {

	private final HookEngine engine = HookEngine.builder().changeLog(true).build();

	private final HookRegistry registry = this.engine.hooks();

	private volatile boolean needed;

	private volatile boolean said;

	@Test
	void hookOnEveryInstanceThatComesAsTheLastOneGoesIsReadFor() throws InterruptedException, ExecutionException {
		KvHookRegistration last = registerOnEveryInstance();
		FutureTask<?> next = new FutureTask<>(this::registerOnEveryInstance);
		Thread registering = new Thread(next);
		CountDownLatch going = new CountDownLatch(1);
		this.engine.setEveryInstanceListener((needed) -> {
			if (!needed) {
				going.countDown();
				await().until(() -> this.said || isWaiting(registering));
			}
			this.needed = needed;
			this.said = going.getCount() == 0;
		});
		FutureTask<?> closed = new FutureTask<>(last::close, null);
		new Thread(closed).start();
		going.await();
		registering.start();
		closed.get();
		next.get();
		assertThat(this.needed).isTrue();
	}

	/**
	 * Threads that make them at the same time both find that there is none.
	 */
	@Test
	void hookOfFurtherInstanceOfBeanHasAnIdOfItsOwn() {
		HookRegistration.Origin origin = new HookRegistration.Origin("proto", "changed");
		KvHookOptions options = KvHookOptions.defaults().id("proto");
		assertThat(this.registry.register(options, HookRegistryTests::ignore, origin).getId()).isEqualTo("proto");
		assertThat(this.registry.register(options, HookRegistryTests::ignore, origin).getId()).isEqualTo("proto#2");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.registry.register(options, HookRegistryTests::ignore))
			.withMessageContaining("must be unique");
	}

	/**
	 * As where the JVM can't create the thread that reads for it: nobody has what would
	 * close it.
	 */
	@Test
	void hookOnEveryInstanceThatCannotBeReadForIsNotRegistered() {
		this.engine.setEveryInstanceListener((needed) -> {
			this.needed = needed;
			if (needed) {
				throw new OutOfMemoryError("unable to create native thread");
			}
		});
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(this::registerOnEveryInstance);
		assertThat(this.registry.all()).isEmpty();
		assertThat(this.needed).isFalse();
	}

	private KvHookRegistration registerOnEveryInstance() {
		return this.registry.register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE),
				HookRegistryTests::ignore);
	}

	private static boolean isWaiting(Thread thread) {
		return thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.WAITING;
	}

	private static void ignore(KvEvent event) {
		// what is registered matters, not what is called
	}

}
