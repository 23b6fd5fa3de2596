package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Keeps the hooks and the index that finds them. The index is built anew on the first
 * dispatch after a change: many registrations in a row cost one.
 */
final class HookRegistry implements KvHookRegistry {

	static final String NEEDS_LOG = "EVERY_INSTANCE needs the change log, 'kv.events.log.enabled=true', "
			+ "which isn't available yet";

	private final HookParts parts;

	private final Object monitor = new Object();

	private final Map<String, HookRegistration> hooks = new LinkedHashMap<>();

	private volatile @Nullable MatchIndex<HookRegistration> index;

	private long sequence;

	HookRegistry(HookParts parts) {
		this.parts = parts;
	}

	@Override
	public KvHookRegistration register(KvHookOptions options, KvHookCallback callback) {
		return register(options, callback, HookOrigin.CALLBACK);
	}

	HookRegistration register(KvHookOptions options, KvHookCallback callback, HookOrigin origin) {
		Assert.notNull(options, "'options' must not be null");
		Assert.notNull(callback, "'callback' must not be null");
		Assert.isTrue(options.getScope() == KvHookScope.ONE_INSTANCE, () -> "'scope' can't be served: " + NEEDS_LOG);
		synchronized (this.monitor) {
			String id = (options.getId() != null) ? options.getId() : unused(origin.defaultId());
			Assert.isTrue(!this.hooks.containsKey(id), () -> "'id' must be unique but there is a hook '" + id + "'");
			HookRegistration hook = new HookRegistration(id, options, callback, origin, this.sequence++, this.parts,
					this::remove);
			this.hooks.put(id, hook);
			this.index = null;
			return hook;
		}
	}

	/**
	 * An id that nobody has, made from the given one.
	 */
	String unused(String id) {
		synchronized (this.monitor) {
			String unused = id;
			for (int number = 2; this.hooks.containsKey(unused); number++) {
				unused = id + "#" + number;
			}
			return unused;
		}
	}

	@Override
	public Optional<KvHookRegistration> find(String id) {
		return Optional.ofNullable(get(id));
	}

	@Nullable HookRegistration get(String id) {
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

	MatchIndex<HookRegistration> index() {
		MatchIndex<HookRegistration> current = this.index;
		if (current != null) {
			return current;
		}
		synchronized (this.monitor) {
			current = this.index;
			if (current == null) {
				current = new MatchIndex<>(this.hooks.values());
				this.index = current;
			}
			return current;
		}
	}

	private void remove(HookRegistration hook) {
		synchronized (this.monitor) {
			if (this.hooks.remove(hook.getId(), hook)) {
				this.index = null;
			}
		}
	}

}
