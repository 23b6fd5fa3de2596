package io.github.kvevents.hook;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.hook.MatchIndex.Matchable;
import io.github.kvevents.support.DeferredInterrupt;
import io.github.kvevents.support.JvmFailures;

/**
 * The guards of the application. In doubt nothing is written: a guard whose filter fails
 * has refused.
 */
public final class GuardRegistry implements GuardChain {

	private final @Nullable KvCodec codec;

	private final List<Guard> guards = new CopyOnWriteArrayList<>();

	private final AtomicLong sequence = new AtomicLong();

	private volatile MatchIndex<Guard, List<Guard>> index = new MatchIndex<>(List.of(), Function.identity());

	GuardRegistry(@Nullable KvCodec codec) {
		this.codec = codec;
	}

	public synchronized Guard register(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order,
			Guard.Check check) {
		Guard guard = new Guard(name, events, filter, order, this.sequence.getAndIncrement(), check);
		this.guards.add(guard);
		this.index = new MatchIndex<>(this.guards, Function.identity());
		return guard;
	}

	public synchronized void remove(Guard guard) {
		this.guards.remove(guard);
		this.index = new MatchIndex<>(this.guards, Function.identity());
	}

	/**
	 * How many guards there are.
	 * @return their number
	 */
	public int size() {
		return this.guards.size();
	}

	@Override
	public void check(KvEventType type, String key, byte @Nullable [] value) {
		MatchIndex<Guard, List<Guard>> guards = this.index;
		if (!guards.hasAny(type)) {
			return;
		}
		DispatchContext context = DispatchContext.current();
		List<Guard> found = guards.find(type, key, context, (guard, ex) -> {
			throw veto(guard, type, key, ex);
		});
		if (found.isEmpty()) {
			return;
		}
		Guard.Change change = new Guard.Change(type, key, value, this.codec);
		for (Guard guard : found) {
			if (context.isTooDeep()) {
				throw veto(guard, type, key, new KvHookRecursionException(guard.name(), key, context.depth()));
			}
			ask(guard, change, context.inHook());
		}
	}

	private static void ask(Guard guard, Guard.Change change, DispatchContext context) {
		DispatchContext.Scope scope = context.open();
		boolean interruptedBefore = Thread.currentThread().isInterrupted();
		try {
			guard.check().check(change);
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			DeferredInterrupt.hold(ex);
			throw veto(guard, change.type(), change.key(), ex);
		}
		finally {
			scope.close();
			if (!interruptedBefore) {
				DeferredInterrupt.hold();
			}
		}
	}

	private static KvVetoException veto(Guard guard, KvEventType type, String key, Throwable cause) {
		return new KvVetoException(key,
				"Guard '" + guard.name() + "' refused " + type + " of key '" + KeyText.printable(key) + "'", cause);
	}

	/**
	 * One registered guard.
	 *
	 * @param name bean and method, for messages
	 */
	public record Guard(String name, Set<KvEventType> events, @Nullable KeyFilter filter, int order, long sequence,
			Check check) implements Matchable {

		/**
		 * What a guard does.
		 */
		@FunctionalInterface
		public interface Check {

			void check(Change change) throws Exception;

		}

		/**
		 * A change that guards are asked about.
		 *
		 * @param codec decodes the value, {@code null} if the engine has none
		 */
		public record Change(KvEventType type, String key, byte @Nullable [] value, @Nullable KvCodec codec) {
		}

	}

}
