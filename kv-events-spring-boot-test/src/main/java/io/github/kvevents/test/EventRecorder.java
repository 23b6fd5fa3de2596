package io.github.kvevents.test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventTaps;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.HookEngine;

/**
 * Records the events of an application, in the order in which they were published.
 */
final class EventRecorder implements KvEventTaps.Tap, SmartInitializingSingleton, DisposableBean {

	private static final int MAX_LENGTH = 200;

	private final ObjectProvider<HookEngine> engine;

	private final ObjectProvider<KvCodec> codec;

	private final List<KvEvent> events = new ArrayList<>();

	EventRecorder(ObjectProvider<HookEngine> engine, ObjectProvider<KvCodec> codec) {
		this.engine = engine;
		this.codec = codec;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.engine.ifAvailable((engine) -> engine.getDispatcher().getTaps().add(this));
	}

	@Override
	public void destroy() {
		this.engine.ifAvailable((engine) -> engine.getDispatcher().getTaps().remove(this));
	}

	@Override
	public boolean isInterested(KvEventType type, String key) {
		return true;
	}

	@Override
	public synchronized void onEvent(KvEvent event) {
		this.events.add(event);
		notifyAll();
	}

	synchronized List<KvEvent> all() {
		return List.copyOf(this.events);
	}

	synchronized void clear() {
		this.events.clear();
	}

	/**
	 * Waits until a condition on the events holds.
	 * @param nanos how long at most, zero not to wait
	 * @return whether it does
	 */
	synchronized boolean await(BooleanSupplier condition, long nanos) {
		long end = System.nanoTime() + nanos;
		while (!condition.getAsBoolean()) {
			long left = end - System.nanoTime();
			if (left <= 0) {
				return false;
			}
			try {
				// rounded up: zero would wait for ever
				wait(left / 1_000_000 + 1);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return condition.getAsBoolean();
			}
		}
		return true;
	}

	/**
	 * Whether bytes are those of a value: encoded they are the same, or decoded it is
	 * equal.
	 */
	boolean isValue(byte @Nullable [] actual, Object expected) {
		if (actual == null) {
			return false;
		}
		KvCodec codec = this.codec.getObject();
		try {
			return Arrays.equals(actual, codec.encode(expected))
					|| expected.equals(codec.decode(actual, expected.getClass()));
		}
		catch (RuntimeException ex) {
			// of another type
			return false;
		}
	}

	/**
	 * Bytes as a message shows them.
	 */
	static String describe(byte @Nullable [] value) {
		if (value == null) {
			return "no value";
		}
		String text = new String(value, StandardCharsets.UTF_8);
		boolean binary = text.chars().anyMatch((character) -> character == 0xFFFD || Character.isISOControl(character));
		return binary ? value.length + " bytes"
				: (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "…" : text;
	}

}
