package io.github.kvevents.redis.expiry;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * {@link OwnAnnouncement}: receivers that come while the announcement is determined.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnAnnouncementTests {

	/** As the one that Spring holds while it makes a bean, or says what a bean is. */
	private final ReentrantLock beans = new ReentrantLock();

	private final CountDownLatch asked = new CountDownLatch(1);

	private final KvEventDispatcher dispatcher = mock();

	private final OwnAnnouncement own = new OwnAnnouncement(this.dispatcher, "");

	private volatile List<KvReceiver> receivers = List.of(KvReceiver.of("first", null));

	@Test
	void receiverThatABeanAddsIsAnnouncedThoughSpringIsAskedMeanwhile()
			throws InterruptedException, ExecutionException {
		given(this.dispatcher.receivers(KvEventType.EXPIRED)).willAnswer((call) -> {
			List<KvReceiver> found = this.receivers;
			this.asked.countDown();
			this.beans.lock();
			try {
				return found;
			}
			finally {
				this.beans.unlock();
			}
		});
		FutureTask<Announcement> announcement = new FutureTask<>(this.own::get);
		this.beans.lock();
		try {
			new Thread(announcement).start();
			this.asked.await();
			this.receivers = List.of(KvReceiver.of("first", null), KvReceiver.of("second", null));
			this.own.changed();
		}
		finally {
			this.beans.unlock();
		}
		assertThat(announcement.get().ids()).isEqualTo(Set.of("first", "second"));
		assertThat(this.own.get()).isSameAs(announcement.get());
	}

}
