package io.github.kvevents.hook;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEventType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Slots in the queues of several hooks.
 */
@Timeout(60)
class QueueReservationsTests {

	@Test
	void failureAtOneQueueGivesBackTheSlotsOfTheOthers() {
		HookQueue first = queue(new QueueLock());
		AtomicBoolean failing = new AtomicBoolean();
		HookQueue second = queue(new QueueLock() {

			@Override
			void acquire() {
				if (failing.get()) {
					throw new StackOverflowError("on purpose");
				}
				super.acquire();
			}

		});
		HookRegistry registry = mock(HookRegistry.class);
		List<HookRegistration> hooks = List.of(hook(first), hook(second));
		given(registry.find(any(), any(), any())).willReturn(new KeyHooks(hooks, hooks, Map.of()));
		HookDispatcher dispatcher = new HookDispatcher(registry, mock(HookInvoker.class),
				mock(ListenerPublisher.class));
		assertThat(second.reserve(1)).isOne();
		failing.set(true);

		assertThatExceptionOfType(StackOverflowError.class)
			.isThrownBy(() -> dispatcher.dispatch(KvEventType.SET, "k", (events) -> {
				throw new AssertionError("there was no room for its events");
			}));

		// the next writer would wait for ever
		assertThat(first.reserve(1)).isOne();
	}

	private static HookQueue queue(QueueLock lock) {
		return new HookQueue(HookSettings.defaults().queueCapacity(1), Runnable::run, () -> true,
				mock(HookQueue.Handler.class), lock);
	}

	private static HookRegistration hook(HookQueue queue) {
		HookRegistration hook = mock(HookRegistration.class);
		given(hook.queue()).willReturn(queue);
		return hook;
	}

}
