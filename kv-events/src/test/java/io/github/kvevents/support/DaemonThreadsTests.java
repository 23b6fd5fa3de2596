package io.github.kvevents.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link DaemonThreads}.
 */
class DaemonThreadsTests {

	private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

	private final ClassLoader before = Thread.currentThread().getContextClassLoader();

	@AfterEach
	void tidyUp() {
		USER.remove();
		Thread.currentThread().setContextClassLoader(this.before);
	}

	@Test
	void inheritNeitherThreadLocalsNorTheClassLoaderOfTheThreadThatNeedsThem() throws Exception {
		DaemonThreads threads = new DaemonThreads("some-");
		becomeRequest();
		assertThat(seenBy(threads::newThread)).isEqualTo("some-1 true null " + this.before);
		assertThat(seenBy(threads::newThread)).isEqualTo("some-2 true null " + this.before);
	}

	@Test
	void singleThreadInheritsNoThreadLocals() throws Exception {
		USER.set("alice");
		assertThat(seenBy((task) -> DaemonThreads.single(task, "one"))).isEqualTo("one true null " + this.before);
	}

	@Test
	void detachedThreadsOfAnotherFactoryInheritNoThreadLocals() throws Exception {
		USER.set("alice");
		ThreadFactory heirs = (task) -> new Thread(task, "heir");
		assertThat(seenBy(heirs::newThread)).isEqualTo("heir false alice " + this.before);
		assertThat(seenBy(DaemonThreads.detached(heirs)::newThread)).startsWith("heir").contains(" null ");
	}

	@Test
	void onlySingleThreadsAndWhatTheyHandOnAreTheBackground() throws Exception {
		DaemonThreads pool = new DaemonThreads("some-");
		Function<Runnable, Thread> single = (task) -> DaemonThreads.single(task, "one");
		assertThat(background(single)).isTrue();
		assertThat(background(pool::newThread)).isFalse();
		assertThat(DaemonThreads.isBackground()).isFalse();
		assertThat(background((task) -> single.apply(onceMore(pool::newThread, task)))).isTrue();
		assertThat(background((task) -> pool.newThread(onceMore(single, task)))).isFalse();
	}

	/** Runs a task on a further thread, which may have worked for others before. */
	private static Runnable onceMore(Function<Runnable, Thread> threads, Runnable task) {
		return () -> threads.apply(DaemonThreads.inheriting(task)).start();
	}

	private static boolean background(Function<Runnable, Thread> threads) throws Exception {
		CompletableFuture<Boolean> background = new CompletableFuture<>();
		threads.apply(() -> background.complete(DaemonThreads.isBackground())).start();
		return background.get(30, TimeUnit.SECONDS);
	}

	private static void becomeRequest() {
		USER.set("alice");
		Thread.currentThread().setContextClassLoader(new ClassLoader() {
		});
	}

	private static String seenBy(Function<Runnable, Thread> threads) throws Exception {
		CompletableFuture<String> seen = new CompletableFuture<>();
		threads.apply(() -> {
			Thread thread = Thread.currentThread();
			seen.complete(thread.getName() + " " + thread.isDaemon() + " " + USER.get() + " "
					+ thread.getContextClassLoader());
		}).start();
		return seen.get(30, TimeUnit.SECONDS);
	}

}
