package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;

/**
 * Keeps the hooks and the index that finds them. The index is built anew on the first
 * dispatch after a change: many registrations in a row cost one.
 */
public final class HookRegistry implements KvHookRegistry {

	public static final String NEEDS_LOG = "EVERY_INSTANCE needs the change log, which is switched off";

	public static final String SWITCH_ON = "Set 'kv.events.log.enabled=true'";

	private final HookParts parts;

	private final Object monitor = new Object();

	private final Map<String, HookRegistration> hooks = new LinkedHashMap<>();

	/**
	 * How many ids were made from each.
	 */
	private final Map<String, Integer> generated = new HashMap<>();

	private volatile @Nullable Indexes indexes;

	/**
	 * Held while the listener is called: what it hears last is how it is, also where
	 * several threads change that. No other lock of this class is held around it.
	 */
	private final Object everyInstance = new Object();

	private @Nullable Consumer<Boolean> everyInstanceListener;

	private volatile Runnable changeListener = () -> {
	};

	/** The same for all hooks. */
	private final Consumer<HookRegistration> onClose = this::closed;

	private final Runnable onChange = this::switched;

	private long sequence;

	HookRegistry(HookParts parts) {
		this.parts = parts;
	}

	@Override
	public KvHookRegistration register(KvHookOptions options, KvHookCallback callback) {
		return register(options, callback, HookRegistration.Origin.CALLBACK);
	}

	public HookRegistration register(KvHookOptions options, KvHookCallback callback, HookRegistration.Origin origin) {
		Assert.notNull(options, "'options' must not be null");
		Assert.notNull(callback, "'callback' must not be null");
		if (options.getScope() == KvHookScope.EVERY_INSTANCE && !this.parts.hasChangeLog()) {
			throw new IllegalArgumentException("'scope' can't be served: " + NEEDS_LOG + ". " + SWITCH_ON);
		}
		if (options.getScope() == KvHookScope.EVERY_INSTANCE) {
			options.getSelector().requireLogged();
		}
		HookRegistration hook = add(options, callback, origin);
		try {
			notifyEveryInstance(hook);
		}
		catch (RuntimeException | Error ex) {
			// it can't be read for, and nobody else has what closes it
			hook.close();
			throw ex;
		}
		changed();
		return hook;
	}

	private HookRegistration add(KvHookOptions options, KvHookCallback callback, HookRegistration.Origin origin) {
		synchronized (this.monitor) {
			String id = (options.getId() != null) ? idOf(options.getId(), origin) : unused(origin.defaultId());
			if (this.hooks.containsKey(id)) {
				throw new IllegalArgumentException("'id' must be unique but there is a hook '" + id + "'");
			}
			HookRegistration hook = new HookRegistration(id, options, callback, origin, this.sequence++, this.parts,
					this.onClose, this.onChange);
			this.hooks.put(id, hook);
			this.indexes = null;
			return hook;
		}
	}

	/**
	 * The id of a hook that has one. Several instances of a bean, which threads may make
	 * at the same time, have the same: all but the first get another one.
	 */
	private String idOf(String id, HookRegistration.Origin origin) {
		HookRegistration other = this.hooks.get(id);
		return (other != null && other.isOf(origin)) ? unused(id) : id;
	}

	public boolean hasChangeLog() {
		return this.parts.hasChangeLog();
	}

	/**
	 * Whether expiries may have the last value of their key.
	 */
	public boolean hasLastValues() {
		return this.parts.hasLastValues();
	}

	/**
	 * An id that no hook has or had, made from the given one: figures and errors of a
	 * hook that was closed must not be taken for those of another.
	 */
	private String unused(String id) {
		synchronized (this.monitor) {
			String unused;
			do {
				int number = this.generated.merge(id, 1, Integer::sum);
				unused = (number == 1) ? id : id + "#" + number;
			}
			while (this.hooks.containsKey(unused));
			return unused;
		}
	}

	@Override
	public Optional<KvHookRegistration> find(String id) {
		return Optional.ofNullable(get(id));
	}

	public @Nullable HookRegistration get(String id) {
		synchronized (this.monitor) {
			return this.hooks.get(id);
		}
	}

	@Override
	public Collection<KvHookRegistration> all() {
		return List.copyOf(hooks());
	}

	List<HookRegistration> hooks() {
		synchronized (this.monitor) {
			return new ArrayList<>(this.hooks.values());
		}
	}

	/**
	 * The hooks that receive an event of an operation of this instance.
	 */
	KeyHooks find(KvEventType type, String key, DispatchContext context) {
		return KeyHooks.find(indexes().oneInstance, type, key, context);
	}

	/**
	 * Whether a hook receives events of a type from operations of this instance.
	 */
	boolean hasAny(KvEventType type) {
		return indexes().oneInstance.hasAny(type);
	}

	/**
	 * Whether a hook may receive events of a type and a key from operations of this
	 * instance.
	 */
	boolean maySelect(KvEventType type, String key) {
		return indexes().oneInstance.mayMatch(type, key);
	}

	/**
	 * Whether a hook may read the values of events of a type and a key from operations of
	 * this instance.
	 */
	boolean mayTakeValue(KvEventType type, String key) {
		return indexes().oneInstance.mayTakeValue(type, key);
	}

	/**
	 * The hooks that receive an event that was read from the change log.
	 */
	KeyHooks findEveryInstance(KvEvent event, DispatchContext context) {
		return KeyHooks.find(indexes().everyInstance, event.getType(), event.getKey(), context);
	}

	private Indexes indexes() {
		Indexes current = this.indexes;
		if (current != null) {
			return current;
		}
		synchronized (this.monitor) {
			current = this.indexes;
			if (current == null) {
				current = new Indexes(index(KvHookScope.ONE_INSTANCE), index(KvHookScope.EVERY_INSTANCE));
				this.indexes = current;
			}
			return current;
		}
	}

	private MatchIndex<HookRegistration, KeyHooks> index(KvHookScope scope) {
		List<HookRegistration> scoped = new ArrayList<>();
		for (HookRegistration hook : this.hooks.values()) {
			if (hook.getOptions().getScope() == scope) {
				scoped.add(hook);
			}
		}
		return new MatchIndex<>(scoped, KeyHooks::of);
	}

	/**
	 * Sets what to call with whether there are hooks that observe changes from every
	 * instance, now and whenever one of these was registered or closed.
	 */
	void setEveryInstanceListener(Consumer<Boolean> listener) {
		synchronized (this.everyInstance) {
			this.everyInstanceListener = listener;
			listener.accept(hasEveryInstance());
		}
	}

	private void notifyEveryInstance(HookRegistration changed) {
		if (changed.getOptions().getScope() != KvHookScope.EVERY_INSTANCE) {
			return;
		}
		synchronized (this.everyInstance) {
			Consumer<Boolean> listener = this.everyInstanceListener;
			if (listener != null) {
				listener.accept(hasEveryInstance());
			}
		}
	}

	private boolean hasEveryInstance() {
		return hooks().stream().anyMatch((hook) -> hook.getOptions().getScope() == KvHookScope.EVERY_INSTANCE);
	}

	/**
	 * A hook was closed, or a call that was in flight then has ended.
	 */
	private void closed(HookRegistration hook) {
		boolean removed;
		boolean unused;
		synchronized (this.monitor) {
			removed = this.hooks.remove(hook.getId(), hook);
			this.indexes = removed ? null : this.indexes;
			unused = !this.hooks.containsKey(hook.getId());
		}
		if (removed) {
			notifyEveryInstance(hook);
			changed();
		}
		if (unused) {
			this.parts.notifyClosed(hook.getId());
		}
	}

	/**
	 * Sets what to call when a hook was registered, closed, enabled or disabled.
	 */
	void setChangeListener(Runnable listener) {
		this.changeListener = listener;
	}

	/**
	 * A hook was enabled or disabled: what was found before has the others alone.
	 */
	private void switched() {
		synchronized (this.monitor) {
			this.indexes = null;
		}
		changed();
	}

	private void changed() {
		this.changeListener.run();
	}

	/**
	 * The hooks that receive events of a type from operations of this instance.
	 */
	List<KvReceiver> receivers(KvEventType type) {
		return hooks().stream().filter((hook) -> hook.receives(type)).map(HookRegistration::receiver).toList();
	}

	/**
	 * Each hook is in one of the two.
	 */
	private record Indexes(MatchIndex<HookRegistration, KeyHooks> oneInstance,
			MatchIndex<HookRegistration, KeyHooks> everyInstance) {
	}

}
