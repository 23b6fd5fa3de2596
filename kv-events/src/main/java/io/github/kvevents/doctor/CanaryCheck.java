package io.github.kvevents.doctor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;

/**
 * Measures how late an expiry comes: writes a key with a time to live as any application
 * does, and waits until a hook of its own receives the expiry. Hooks, listeners and
 * watches of the application receive it, too, if they select the key.
 */
public final class CanaryCheck implements DoctorCheck, AutoCloseable {

	/** What the keys of canaries begin with. */
	public static final String PREFIX = "kv-doctor:";

	/** The longest time to live: a report doesn't take much longer. */
	public static final Duration MAX_TIME_TO_LIVE = Duration.ofSeconds(2);

	private static final String ID = "canary";

	private static final Duration LATE = Duration.ofSeconds(1);

	/** How long an expiry is waited for; then there is time left for the report. */
	private static final Duration PATIENCE = Duration.ofMillis(2500);

	private final KvOperations operations;

	private final String key;

	private final Duration timeToLive;

	private final BlockingQueue<KvEvent> expired = new LinkedBlockingQueue<>();

	private final KvHookRegistration hook;

	private long count;

	/**
	 * Creates a check, and registers its hook.
	 * @param operations writes the key
	 * @param hooks where to register the hook
	 * @param instanceId the id of this instance
	 * @param timeToLive the time to live of the key, at most two seconds
	 */
	public CanaryCheck(KvOperations operations, KvHookRegistry hooks, String instanceId, Duration timeToLive) {
		Assert.isTrue(timeToLive.compareTo(MAX_TIME_TO_LIVE) <= 0,
				() -> "'timeToLive' must be at most " + MAX_TIME_TO_LIVE + " but was " + timeToLive);
		this.operations = operations;
		this.key = PREFIX + instanceId;
		this.timeToLive = timeToLive;
		this.hook = hooks.register(KvHookOptions.defaults()
			.id("kv-doctor-canary")
			.events(KvEventType.EXPIRED)
			.filter(KeyFilter.keys(List.of(this.key))), this.expired::add);
	}

	@Override
	public List<String> ids() {
		return List.of(ID);
	}

	@Override
	public List<DoctorFinding> examine() {
		byte[] value = ("canary " + ++this.count).getBytes(StandardCharsets.US_ASCII);
		long written = System.nanoTime();
		this.operations.setRaw(this.key, value, SetOptions.defaults().timeToLive(this.timeToLive));
		try {
			return List.of(find(await(value), written));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the expiry", ex);
		}
	}

	/**
	 * Waits for this expiry; that of an earlier canary may come before.
	 */
	private @Nullable KvEvent await(byte[] value) throws InterruptedException {
		long end = System.nanoTime() + this.timeToLive.plus(PATIENCE).toNanos();
		while (true) {
			KvEvent event = this.expired.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (event == null || Arrays.equals(value, event.getRawPreviousValue())) {
				return event;
			}
		}
	}

	private DoctorFinding find(@Nullable KvEvent event, long written) {
		String fix = "See 'kvexpiry': 'overdue' is the sweep, 'waiting' and 'pending' are hooks that are slow";
		if (event == null) {
			return DoctorFinding.problem(ID,
					"The expiry of a key with a time to live of %d ms had not come %d ms after its deadline"
						.formatted(this.timeToLive.toMillis(), PATIENCE.toMillis()),
					fix);
		}
		Duration received = Duration.ofNanos(System.nanoTime() - written).minus(this.timeToLive);
		Duration detected = (event instanceof KvExpiredEvent expiry) ? expiry.getLateness() : null;
		String found = "A key with a time to live of %d ms: its expiry was detected %s ms after its deadline, and a hook received it %d ms after it"
			.formatted(this.timeToLive.toMillis(), (detected != null) ? detected.toMillis() : "unknown",
					Math.max(0, received.toMillis()));
		return (received.compareTo(LATE) > 0) ? DoctorFinding.warning(ID, found, fix) : DoctorFinding.ok(ID, found);
	}

	/**
	 * Removes the hook.
	 */
	@Override
	public void close() {
		this.hook.close();
	}

}
