package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.hook.HookErrorReporter.BoundedErrors;
import io.github.kvevents.hook.HookParts.HookStats;
import io.github.kvevents.hook.MatchIndex.Matchable;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.CallGate;

/**
 * One registered hook, with its statistics, errors and queue.
 */
public final class HookRegistration implements KvHookRegistration, Matchable {

	/** What was let through a moment ago may not have reached the hook yet. */
	private static final Duration LET_THROUGH = Duration.ofSeconds(1);

	private final String id;

	private final KvHookOptions options;

	private final KvHookCallback callback;

	private final Origin origin;

	private final long sequence;

	private final HookStats stats;

	private final BoundedErrors errors;

	private final @Nullable HookQueue queue;

	private final @Nullable Semaphore timedShare;

	private final Consumer<HookRegistration> onClose;

	private final Runnable onChange;

	/** Whether the id is the same in each instance. */
	private final boolean named;

	private final boolean takesValue;

	/** Made when it is needed first. Immutable: whichever thread makes it. */
	private @Nullable KvReceiver receiver;

	private volatile boolean enabled = true;

	private final CallGate gate = new CallGate();

	HookRegistration(String id, KvHookOptions options, KvHookCallback callback, Origin origin, long sequence,
			HookParts parts, Consumer<HookRegistration> onClose, Runnable onChange) {
		this.id = id;
		this.options = options.id(id);
		this.callback = callback;
		this.origin = origin;
		this.sequence = sequence;
		this.stats = parts.newStats();
		this.errors = parts.newErrors();
		this.queue = options.isAsync() ? parts.newQueue(this) : null;
		this.timedShare = (options.getTimeout() != null) ? parts.newTimedShare() : null;
		this.onClose = onClose;
		this.onChange = onChange;
		this.named = origin.beanName() != null || options.getId() != null;
		this.takesValue = callback.takesValue();
		// what is wrong with the filter is said here, but few receivers are ever asked
		// for
		makeReceiver();
	}

	/**
	 * The calls of the hook that are queued or running, also those that timed out.
	 */
	BackgroundWork.Pending pendingWork() {
		long queued = (this.queue != null) ? this.queue.offered() : 0;
		KvHookStats stats = getStats();
		List<Object> keys = (this.queue != null) ? this.queue.keys() : List.of();
		List<String> pending = new ArrayList<>();
		if (!keys.isEmpty()) {
			pending.add("Hook '%s' handles %s".formatted(this.id, KeyText.printable(keys)));
		}
		else if (stats.inFlight() > 0) {
			pending.add("Hook '%s' is running".formatted(this.id));
		}
		return new BackgroundWork.Pending(queued + stats.invocations(), pending);
	}

	/**
	 * Whether the hook is to be called for this event, given that operation and key fit.
	 */
	boolean accepts(KvEvent event) {
		return isActive() && this.options.getSelector().selects(event.getChange());
	}

	/**
	 * Whether the hook receives events of this type from operations of this instance.
	 */
	boolean receives(KvEventType type) {
		return isActive() && this.options.getScope() == KvHookScope.ONE_INSTANCE
				&& this.options.getSelector().canSelect(type);
	}

	/**
	 * A generated id depends on the order of registration, which other instances may have
	 * otherwise: there the callback says which hook it is.
	 */
	private KvReceiver makeReceiver() {
		KeyFilter filter = this.options.getFilter();
		KvReceiver receiver = KvReceiver.of(this.id, filter);
		if (!this.named) {
			receiver = KvReceiver.of("callback " + KvReceiver.stableName(this.callback.getClass().getName()) + " "
					+ receiver.signature(), filter);
		}
		return receiver.takesValue(this.takesValue);
	}

	KvReceiver receiver() {
		KvReceiver receiver = this.receiver;
		if (receiver == null) {
			receiver = makeReceiver();
			this.receiver = receiver;
		}
		return receiver;
	}

	boolean isClosed() {
		return this.gate.isClosed();
	}

	boolean isActive() {
		return this.enabled && !this.gate.isClosed();
	}

	/**
	 * What each call of the hook goes through.
	 */
	CallGate gate() {
		return this.gate;
	}

	KvHookCallback callback() {
		return this.callback;
	}

	HookStats stats() {
		return this.stats;
	}

	BoundedErrors errors() {
		return this.errors;
	}

	@Nullable HookQueue queue() {
		return this.queue;
	}

	/**
	 * How many calls with a timeout may run at a time, so that one hook that hangs leaves
	 * threads to the others; {@code null} without a timeout.
	 */
	@Nullable Semaphore timedShare() {
		return this.timedShare;
	}

	@Override
	public String name() {
		return this.id;
	}

	@Override
	public Set<KvEventType> events() {
		return this.options.getEvents();
	}

	@Override
	public @Nullable KeyFilter filter() {
		return this.options.getFilter();
	}

	@Override
	public int order() {
		return this.options.getOrder();
	}

	@Override
	public boolean takesValue() {
		return this.takesValue;
	}

	@Override
	public long sequence() {
		return this.sequence;
	}

	@Override
	public String getId() {
		return this.id;
	}

	@Override
	public KvHookOptions getOptions() {
		return this.options;
	}

	/**
	 * Whether this is the hook of a method of a bean, of any of its instances.
	 */
	public boolean isOf(Origin method) {
		return method.beanName() != null && method.equals(this.origin);
	}

	@Override
	public @Nullable String getBeanName() {
		return this.origin.beanName();
	}

	@Override
	public @Nullable String getMethodName() {
		return this.origin.methodName();
	}

	@Override
	public KvHookStats getStats() {
		return this.stats.snapshot();
	}

	@Override
	public KvHookErrors getErrors() {
		return this.errors;
	}

	@Override
	public boolean isEnabled() {
		return this.enabled;
	}

	@Override
	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
		this.onChange.run();
	}

	@Override
	public void close() {
		if (!this.gate.isClosed()) {
			this.gate.close();
			this.onClose.accept(this);
			if (this.queue != null) {
				this.queue.close();
			}
		}
		// a hook never waits for itself, nor two for each other
		if (DispatchContext.current().depth() == 0) {
			this.gate.awaitNone(LET_THROUGH);
		}
		ended();
	}

	/**
	 * A call has ended, or an event was dropped. If the hook was closed meanwhile, what
	 * others keep by its id is to be removed.
	 */
	void ended() {
		if (this.gate.isClosed()) {
			this.onClose.accept(this);
		}
	}

	/**
	 * The bean and the method that make a hook, both {@code null} for a callback.
	 */
	public record Origin(@Nullable String beanName, @Nullable String methodName) {

		static final Origin CALLBACK = new Origin(null, null);

		/** What the id of a hook is made from that has none. */
		String defaultId() {
			return (this.beanName != null) ? this.beanName + "." + this.methodName : "hook";
		}

	}

}
