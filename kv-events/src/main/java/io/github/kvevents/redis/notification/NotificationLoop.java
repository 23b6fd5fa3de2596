package io.github.kvevents.redis.notification;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * The thread that maintains the subscription: subscribes when there are receivers, renews
 * a broken subscription, unsubscribes when there are no receivers, and checks the setting
 * of the server.
 */
final class NotificationLoop {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	/** How often to check for receivers. */
	private static final Duration POLL = Duration.ofSeconds(1);

	private static final Duration STOP_WAIT = Duration.ofSeconds(2);

	private final NotificationSettings settings;

	private final NotificationIntake intake;

	private final BooleanSupplier heard;

	private final KeyspaceFlagsConfigurer flags;

	private final ExponentialBackOff backOff;

	private final MonitoredSubscription subscription;

	private final Waiter waiter = new Waiter();

	private final Interval checkInterval;

	private final Thread thread;

	private volatile boolean stopped;

	private volatile NotificationStatus.State state = NotificationStatus.State.IDLE;

	private volatile @Nullable String lastError;

	private @Nullable BackOffExecution attempts;

	private @Nullable StoreFailure said;

	NotificationLoop(NotificationSource source, NotificationSettings settings, NotificationIntake intake,
			BooleanSupplier heard) {
		this.subscription = new MonitoredSubscription(source);
		this.settings = settings;
		this.intake = intake;
		this.heard = heard;
		this.flags = new KeyspaceFlagsConfigurer(source, settings.mode() == NotificationMode.CONFIGURE);
		this.checkInterval = new Interval(settings.checkInterval());
		this.backOff = new ExponentialBackOff(settings.minBackOff().toMillis(), 2);
		this.backOff.setMaxInterval(settings.maxBackOff().toMillis());
		this.backOff.setJitter(settings.minBackOff().toMillis() / 2);
		this.thread = DaemonThreads.single(this::run, ExpiryNotificationBridge.THREAD_PREFIX + "loop");
	}

	void start() {
		this.thread.start();
	}

	void stop() {
		this.stopped = true;
		this.thread.interrupt();
		try {
			this.thread.join(STOP_WAIT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.state = NotificationStatus.State.OFF;
	}

	NotificationStatus getStatus() {
		return new NotificationStatus(this.settings.mode(), currentState(), this.flags.getMissing(),
				this.flags.isRefused(), this.intake.getReceived(), this.intake.getDropped(), this.lastError);
	}

	private NotificationStatus.State currentState() {
		NotificationStatus.State state = this.state;
		boolean silent = state == NotificationStatus.State.LISTENING && this.subscription.isSilent();
		return silent ? NotificationStatus.State.CONNECTING : state;
	}

	private void run() {
		while (!this.stopped) {
			try {
				this.waiter.reset();
				this.waiter.await(Delay.of(turn()));
			}
			catch (InterruptedException ex) {
				// only stop() interrupts
			}
			catch (UnsupportedOperationException ex) {
				logger.warn(ex.getMessage());
				this.lastError = ex.getClass().getName();
				break;
			}
		}
		this.subscription.close();
		this.intake.reportDrops();
		this.state = NotificationStatus.State.OFF;
	}

	/**
	 * Runs one turn of the loop.
	 * @return how long to wait afterwards
	 * @throws UnsupportedOperationException if there is no point in a retry
	 */
	private Duration turn() throws InterruptedException {
		try {
			return look();
		}
		catch (UnsupportedOperationException | InterruptedException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			return failed(ex);
		}
	}

	private Duration look() throws InterruptedException {
		if (!this.heard.getAsBoolean()) {
			this.subscription.close();
			this.state = NotificationStatus.State.IDLE;
			return POLL;
		}
		if (this.subscription.isOpen()) {
			this.subscription.probeIfDue();
		}
		else {
			subscribe();
		}
		checkFlags();
		this.intake.reportDropsIfDue();
		return (POLL.compareTo(this.settings.checkInterval()) < 0) ? POLL : this.settings.checkInterval();
	}

	private void subscribe() throws InterruptedException {
		this.state = NotificationStatus.State.CONNECTING;
		this.subscription.open(this.intake, this::resubscribed);
		if (this.said != null) {
			logger.info("Expiry notifications are received again");
			this.said = null;
		}
		this.attempts = null;
		this.lastError = null;
		this.state = NotificationStatus.State.LISTENING;
		this.flags.connectedAnew();
		this.checkInterval.makeDue();
	}

	private void resubscribed() {
		this.flags.connectedAnew();
		this.checkInterval.makeDue();
		this.waiter.wakeUp();
	}

	private Duration failed(Throwable ex) throws InterruptedException {
		if (this.stopped) {
			throw new InterruptedException();
		}
		this.subscription.close();
		this.state = NotificationStatus.State.CONNECTING;
		this.lastError = ex.getClass().getName();
		if (this.attempts == null) {
			this.attempts = this.backOff.start();
		}
		say(ex);
		return Duration.ofMillis(this.attempts.nextBackOff());
	}

	/**
	 * Logs each kind of failure once. Outages are logged by the link, since they concern
	 * all loops.
	 */
	private void say(Throwable ex) {
		StoreFailure kind = StoreFailure.of(ex);
		if (kind.isOutage() || kind == this.said) {
			logger.debug("Expiry notifications can't be received for now", ex);
			return;
		}
		this.said = kind;
		if (kind == StoreFailure.REFUSED) {
			logger.warn("Redis refuses the subscription to expiry notifications, and keys that others gave a time to "
					+ "live expire without an event until that changes: " + StoreFailure.remedy(ex));
		}
		else {
			logger.warn("Expiry notifications can't be received for now; attempts to connect continue", ex);
		}
	}

	/**
	 * Checks the setting if it is due. A failure does not end the subscription, which has
	 * its own connection: the next turn retries.
	 */
	private void checkFlags() {
		if (!this.checkInterval.restartIfDue()) {
			return;
		}
		try {
			this.flags.check();
			this.lastError = null;
		}
		catch (RuntimeException ex) {
			this.checkInterval.makeDue();
			this.lastError = ex.getClass().getName();
			logger.debug("The server's notify-keyspace-events could not be checked", ex);
		}
	}

}
